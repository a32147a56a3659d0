"""Calls to the API: JSON in, JSON out, problem details turned into one sentence and an exit code."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from ami_lineage_cli.errors import CliError, UnavailableError, UnknownError, UsageError
from ami_lineage_cli.settings import Connection

TIMEOUT_SECONDS = 60.0


def _describe(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        return f"The API answered {response.status_code}."
    if not isinstance(problem, dict):
        return f"The API answered {response.status_code}."
    parts = [
        str(problem.get("detail") or problem.get("title") or f"The API answered {response.status_code}.")
    ]
    errors = problem.get("errors")
    if isinstance(errors, list):
        parts.extend(
            str(error.get("detail", error)) if isinstance(error, dict) else str(error) for error in errors
        )
    candidates = problem.get("candidates")
    if isinstance(candidates, list) and candidates:
        parts.append("Name one of: " + ", ".join(str(candidate) for candidate in candidates) + ".")
    return " ".join(parts)


def to_error(response: httpx.Response) -> CliError:
    """The error that an unsuccessful answer stands for."""
    message = _describe(response)
    match response.status_code:
        case httpx.codes.NOT_FOUND:
            return UnknownError(message)
        case httpx.codes.UNAUTHORIZED | httpx.codes.FORBIDDEN:
            return UnavailableError(f"{message} Check AMI_LINEAGE_API_KEY.")
        case code if code < httpx.codes.INTERNAL_SERVER_ERROR and code != httpx.codes.TOO_MANY_REQUESTS:
            return UsageError(message)
        case _:
            return UnavailableError(message)


class ApiClient:
    """One connection to the API."""

    def __init__(self, connection: Connection, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"accept": "application/json"}
        if connection.api_key is not None:
            headers["x-api-key"] = connection.api_key.get_secret_value()
        self._url = connection.url
        self._http = httpx.Client(
            base_url=connection.url, headers=headers, timeout=TIMEOUT_SECONDS, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, parameters: Mapping[str, str | int | None] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Body of a GET.

        Raises:
            CliError: of the kind that the answer means.
        """
        given = {name: value for name, value in (parameters or {}).items() if value is not None}
        return self._send("GET", path, params=given)

    def post(self, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 - JSON
        """Body of the answer to a POST of JSON.

        Raises:
            CliError: of the kind that the answer means.
        """
        return self._send("POST", path, json=dict(body))

    def _send(self, method: str, path: str, **content: Any) -> Any:  # noqa: ANN401 - JSON
        try:
            response = self._http.request(method, path, **content)
        except httpx.HTTPError as error:
            raise UnavailableError(
                f"No AMI Lineage answers at {self._url} ({type(error).__name__}): start it with "
                "`ami-lineage up`, or name yours with --url."
            ) from error
        if not response.is_success:
            raise to_error(response)
        try:
            return response.json()
        except ValueError as error:
            raise UnavailableError(f"{self._url} answered something that is not JSON.") from error
