import pytest

from lineage_policy.errors import PolicyDocumentError
from lineage_policy.loading import load_policy

GOOD = """\
name: starter
rules:
  - id: tags
    kind: required_tags
    parameters:
      tags:
        Owner: ""
        Environment: dev|test|prod
  - id: lineage
    kind: lineage_verification
    parameters:
      approved_owners: ["111122223333"]
"""


def test_a_good_policy_is_read_and_numbers_stay_text() -> None:
    policy = load_policy(GOOD.replace('["111122223333"]', "[011122223333]"))

    assert [rule.id for rule in policy.rules] == ["tags", "lineage"]
    assert policy.rules[1].model_dump()["parameters"]["approved_owners"] == ("011122223333",)


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        (("id: tags", "id: tags\n    id: again"), 4, "stands twice"),
        (("kind: required_tags", "kind: required_tag"), 3, "required_tag"),
        (('Owner: ""', "Owner: '['"), 7, "pattern"),
        (("id: lineage", "id: tags"), 9, "two rules"),
        (("name: starter", "name: &a starter"), 1, "aliases"),
        (('["111122223333"]', '["1111"]'), 12, "match"),
        (("rules:", "surprise: yes\nrules:"), 2, "Extra inputs"),
        (("rules:", "rules: ["), None, "."),
        (("  - id: tags", "\t- id: tags"), None, "."),
    ],
)
def test_a_wrong_policy_is_refused_as_a_whole_with_line_and_reason(
    change: tuple[str, str], line: int | None, reason: str
) -> None:
    text = GOOD.replace(*change)
    assert text != GOOD

    with pytest.raises(PolicyDocumentError, match=reason) as refused:
        load_policy(text)

    if line is not None:
        assert refused.value.line == line


@pytest.mark.parametrize("text", ["", "[]", "name: x", "a: " + "[" * 50 + "]" * 50, "x" * 300_000])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyDocumentError):
        load_policy(text)
