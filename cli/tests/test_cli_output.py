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


def test_a_name_in_a_table_is_text_and_neither_styles_nor_steers_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = ["[red]danger[/red]", "[/foo]", "\x1b]0;title\x07x", "lone\ud800"]

    print_answer(OutputFormat.TABLE, {}, {"Nodes": ([{"name": name} for name in names], ("name",))})

    printed = capsys.readouterr().out
    assert "[red]danger[/red]" in printed
    assert "[/foo]" in printed
    assert "\x1b" not in printed
    assert "\x07" not in printed


def test_a_table_in_a_pipe_breaks_no_id(capsys: pytest.CaptureFixture[str]) -> None:
    row = {f"column_{number}": "image/aws/us-east-1/ami-0123456789abcdef0" for number in range(9)}

    print_answer(OutputFormat.TABLE, {}, {"Nodes": ([row], tuple(row))})

    assert capsys.readouterr().out.count("image/aws/us-east-1/ami-0123456789abcdef0") == len(row)


@pytest.mark.parametrize("output", list(OutputFormat))
@pytest.mark.parametrize("more", [{"next_cursor": "x"}, {"truncated": True}, {"deeper": True}])
def test_a_part_is_never_printed_as_if_it_were_the_whole(
    capsys: pytest.CaptureFixture[str], output: OutputFormat, more: dict[str, object]
) -> None:
    print_answer(output, {"nodes": ROWS, **more}, {"Nodes": (ROWS, ("id",))})
    assert "Not all is shown" in capsys.readouterr().err

    print_answer(output, {"nodes": ROWS, "next_cursor": None}, {"Nodes": (ROWS, ("id",))})
    assert capsys.readouterr().err == ""
