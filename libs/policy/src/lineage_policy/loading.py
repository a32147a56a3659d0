"""Policy files: YAML 1.2, scalars as strings, no aliases, no duplicate keys, refused as a whole when wrong."""

import hashlib
from io import StringIO
from typing import Any, Final

import re2
from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lineage_policy.document import Policy, RequiredTagsRule
from lineage_policy.errors import PolicyDocumentError

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 12

Lines = dict[tuple[str | int, ...], int]


def compute_digest(text: str) -> str:
    """Sha256 of a policy's text, as hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _build_mapping(node: MappingNode, at: tuple[str | int, ...], lines: Lines) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            raise PolicyDocumentError("keys must be plain text", line=line)
        key = str(key_node.value)
        if key in mapping:
            raise PolicyDocumentError(f"the key {key!r} stands twice", line=line)
        mapping[key] = _build(value_node, (*at, key), lines)
    return mapping


def _build(node: Node, at: tuple[str | int, ...], lines: Lines) -> Any:  # noqa: ANN401 - a YAML document
    lines[at] = node.start_mark.line + 1
    if len(at) > MAX_DEPTH:
        raise PolicyDocumentError("nested too deeply", line=lines[at])
    if isinstance(node, ScalarNode):
        return str(node.value)
    if isinstance(node, SequenceNode):
        return [_build(item, (*at, index), lines) for index, item in enumerate(node.value)]
    if isinstance(node, MappingNode):
        return _build_mapping(node, at, lines)
    raise PolicyDocumentError("not plain YAML", line=lines[at])


def _refuse_aliases(yaml: YAML, text: str) -> None:
    for token in yaml.scan(StringIO(text)):
        if type(token).__name__ in {"AliasToken", "AnchorToken"}:
            raise PolicyDocumentError(
                "anchors and aliases are not allowed: write the value out", line=token.start_mark.line + 1
            )


def _compose(text: str) -> Node:
    try:
        _refuse_aliases(YAML(typ="safe", pure=True), text)
        node = YAML(typ="safe", pure=True).compose(StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise PolicyDocumentError(
            str(error.problem or error.context or "not YAML"), line=mark.line + 1 if mark else None
        ) from error
    except YAMLError as error:
        raise PolicyDocumentError(f"not YAML: {error}") from error
    if not isinstance(node, MappingNode):
        raise PolicyDocumentError("a policy is a mapping with name and rules", line=1)
    return node


def _find_line(path: tuple[str | int, ...], lines: Lines) -> int | None:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def _check_patterns(policy: Policy, lines: Lines) -> None:
    for index, rule in enumerate(policy.rules):
        if not isinstance(rule, RequiredTagsRule):
            continue
        for key, pattern in rule.parameters.tags.items():
            try:
                re2.compile(pattern)
            except re2.error as error:
                path = ("rules", index, "parameters", "tags", key)
                raise PolicyDocumentError(
                    f"not a pattern (RE2): {error}",
                    path=".".join(map(str, path)),
                    line=_find_line(path, lines),
                ) from error


def load_policy(text: str) -> Policy:
    """Read a policy.

    Raises:
        PolicyDocumentError: the text is refused as a whole; says line, path and reason.
    """
    if len(text.encode()) > MAX_BYTES:
        raise PolicyDocumentError(f"larger than {MAX_BYTES // 1024} KiB: split it into several policies")
    lines: Lines = {}
    document = _build(_compose(text), (), lines)
    try:
        policy = Policy.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        # pydantic puts the kind of a tagged union into the path; the file has no such level
        path = tuple(part for part in first["loc"] if part not in {"required_tags", "lineage_verification"})
        raise PolicyDocumentError(
            first["msg"], path=".".join(map(str, path)), line=_find_line(path, lines)
        ) from error
    seen: set[str] = set()
    for index, rule in enumerate(policy.rules):
        if rule.id in seen:
            raise PolicyDocumentError(
                f"two rules have the id {rule.id!r}",
                path=f"rules.{index}.id",
                line=lines.get(("rules", index)),
            )
        seen.add(rule.id)
    _check_patterns(policy, lines)
    return policy
