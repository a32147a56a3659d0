import httpx
import pytest
from pydantic import SecretStr

from ami_lineage_cli.client import ApiClient
from ami_lineage_cli.errors import CliError, UnavailableError, UnknownError, UsageError
from ami_lineage_cli.settings import Connection


def build_client(response: httpx.Response) -> ApiClient:
    connection = Connection(url="http://127.0.0.1:8080", api_key=SecretStr("k"))
    return ApiClient(connection, httpx.MockTransport(lambda _: response))


def build_problem(status: int, **fields: object) -> httpx.Response:
    return httpx.Response(status, json={"title": "t", "detail": "What to do.", **fields})


@pytest.mark.parametrize(
    ("status", "error", "exit_code"),
    [
        (400, UsageError, 2),
        (401, UnavailableError, 4),
        (404, UnknownError, 3),
        (409, UsageError, 2),
        (429, UnavailableError, 4),
        (500, UnavailableError, 4),
        (503, UnavailableError, 4),
    ],
)
def test_a_problem_becomes_one_sentence_and_an_exit_code(
    status: int, error: type[CliError], exit_code: int
) -> None:
    with build_client(build_problem(status)) as client, pytest.raises(error, match=r"What to do\.") as raised:
        client.get("/api/v1/overview")

    assert raised.value.exit_code == exit_code


def test_an_ambiguous_image_names_its_candidates() -> None:
    answer = build_problem(409, candidates=["image/aws/a/ami-1", "image/aws/b/ami-1"])

    with build_client(answer) as client, pytest.raises(UsageError, match=r"aws/a/ami-1, image/aws/b/ami-1"):
        client.get("/api/v1/ami/ami-1/lineage")


def test_an_answer_that_is_not_json_is_no_traceback() -> None:
    with (
        build_client(httpx.Response(200, text="<html>")) as client,
        pytest.raises(UnavailableError, match="JSON"),
    ):
        client.get("/api/v1/overview")


def test_the_key_goes_into_the_header_and_parameters_without_value_are_left_out() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    connection = Connection(url="http://127.0.0.1:8080", api_key=SecretStr("k"))
    with ApiClient(connection, httpx.MockTransport(answer)) as client:
        client.get("/api/v1/ami/us-east-1/ami-1/lineage", {"depth": 3, "include": None})

    assert seen[0].headers["x-api-key"] == "k"
    assert str(seen[0].url) == "http://127.0.0.1:8080/api/v1/ami/us-east-1/ami-1/lineage?depth=3"
