"""Identity towards Neptune: SigV4 over the websocket handshake (AWS_FACTS 5.4)."""

from collections.abc import Mapping
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from graph_store.errors import PermanentGraphError
from graph_store.gremlin.pool import HandshakeHeaders


def build_neptune_headers(session: Any, endpoint: str, region: str) -> HandshakeHeaders:  # noqa: ANN401 - botocore has no types
    """Headers for each new handshake, signed with the credentials of that moment.

    `session` is a botocore session, `endpoint` the wss URL of the cluster.
    """

    def sign() -> Mapping[str, str]:
        credentials = session.get_credentials()
        if credentials is None:
            raise PermanentGraphError("no AWS credentials to sign the connection to Neptune with")
        request = AWSRequest(method="GET", url=endpoint)
        SigV4Auth(credentials.get_frozen_credentials(), "neptune-db", region).add_auth(request)
        return dict(request.headers)

    return sign
