"""What a message of the policy-engine queue says: the graph changed."""

import json

from pydantic import ValidationError

from ami_lineage_contracts.hints import GRAPH_PROJECTED, GraphProjected
from policy_engine.errors import UndecodableMessageError


def read_message(body: str) -> GraphProjected:
    """The hint in an EventBridge message.

    Only ids are taken from it: what holds is read from the graph.

    Raises:
        UndecodableMessageError: the text is not an EventBridge envelope around this hint.
    """
    try:
        message = json.loads(body)
        detail_type, detail = message["detail-type"], message["detail"]
    except (ValueError, TypeError, KeyError) as error:
        raise UndecodableMessageError(f"not an EventBridge message: {error!r}") from error
    if detail_type != GRAPH_PROJECTED:
        raise UndecodableMessageError(f"{detail_type!r} is not for policy-engine, {GRAPH_PROJECTED!r} is")
    try:
        return GraphProjected.model_validate(detail)
    except ValidationError as error:
        raise UndecodableMessageError(f"{detail_type!r} does not hold what it says: {error}") from error
