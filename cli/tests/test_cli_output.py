import json

import pytest

from ami_lineage_cli.output import OutputFormat, print_answer, to_csv

ROWS = [{"id": "=cmd()", "tags": {"a": "b"}, "name": None}, {"id": "plain", "public": False}]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    assert f"'{start}x" in to_csv([{"id": f"{start}x"}], ["id"])


def test_json_prints_exactly_the_body(capsys: pytest.CaptureFixture[str]) -> None:
    body = {"nodes": ROWS, "truncated": False}

    print_answer(OutputFormat.JSON, body, {"Nodes": (ROWS, ("id",))})

    assert json.loads(capsys.readouterr().out) == body


def test_json_lines_and_csv_hold_the_first_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(OutputFormat.JSONL, {}, {"Nodes": (ROWS, ("id",)), "Edges": ([], ("x",))})
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == ROWS

    print_answer(OutputFormat.CSV, {}, {"Nodes": (ROWS, ("id", "public"))})
    assert capsys.readouterr().out == "id,public\n'=cmd(),\nplain,no\n"


def test_a_table_says_unknown_where_nothing_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(OutputFormat.TABLE, {}, {"Nodes": (ROWS, ("id", "name"))})

    assert "unknown" in capsys.readouterr().out
