import pytest

from ami_lineage_contracts.graph import Confidence, TerminalReason
from lineage_policy.document import LineageVerificationParameters, RequiredTagsParameters
from lineage_policy.evaluation import build_status, evaluate_policy
from lineage_policy.facts import ImageFacts, Lineage, LineageEdge, LineageNode
from lineage_policy.loading import load_policy
from lineage_policy.rules.lineage_verification import check_lineage
from lineage_policy.rules.required_tags import check_required_tags

GOLDEN_OWNER = "111122223333"


def build_chain(
    *links: tuple[str, Confidence],
    root_reason: TerminalReason | None = "before_recorded_history",
    root_owner: str = "",
) -> Lineage:
    """A chain leaf -> ... -> root; each link names a parent and how well the step to it is known."""
    names = ["leaf", *(name for name, _ in links)]
    nodes = [LineageNode(stream_id=name, image_id=name, account_id="444455556666") for name in names]
    nodes[-1] = nodes[-1].model_copy(
        update={"terminal_reason": root_reason, "account_id": root_owner or "444455556666"}
    )
    edges = tuple(
        LineageEdge(
            child=child, parent=parent, method="copy_image", confidence=confidence, evidence=(f"e-{parent}",)
        )
        for child, (parent, confidence) in zip(names, links, strict=False)
    )
    return Lineage(nodes=tuple(nodes), edges=edges)


def build_facts(
    lineage: Lineage | None = None,
    tags: dict[str, str] | None = None,
    *,
    tags_complete: bool = True,
    state: str = "available",
) -> ImageFacts:
    return ImageFacts(
        stream_id="leaf",
        image_id="leaf",
        state=state,
        tags=tags or {},
        tags_complete=tags_complete,
        lineage=lineage or build_chain(),
    )


@pytest.mark.parametrize(
    ("tags", "complete", "verdict"),
    [
        ({"Owner": "me", "Environment": "prod"}, True, "PASS"),
        ({"Owner": "me", "Environment": "prod"}, False, "PASS"),
        ({"Owner": "me", "Environment": "production"}, True, "FAIL"),
        ({"Environment": "production"}, False, "FAIL"),
        ({"Owner": "me"}, True, "FAIL"),
        ({"Owner": "me"}, False, "UNKNOWN"),
    ],
)
def test_required_tags(tags: dict[str, str], complete: bool, verdict: str) -> None:
    parameters = RequiredTagsParameters(tags={"Owner": "", "Environment": "dev|prod"})

    assert check_required_tags(parameters, build_facts(tags=tags, tags_complete=complete)).verdict == verdict


def test_tags_of_a_deregistered_image_do_not_matter() -> None:
    parameters = RequiredTagsParameters(tags={"Owner": ""})

    assert check_required_tags(parameters, build_facts(state="deregistered")).verdict == "NOT_APPLICABLE"


@pytest.mark.parametrize(
    ("lineage", "verdict"),
    [
        (build_chain(("mid", "recorded"), ("root", "recorded"), root_owner=GOLDEN_OWNER), "PASS"),
        (build_chain(("mid", "reconstructed"), ("root", "native"), root_owner=GOLDEN_OWNER), "PASS"),
        (build_chain(("mid", "inferred"), ("root", "recorded"), root_owner=GOLDEN_OWNER), "UNKNOWN"),
        (build_chain(("mid", "recorded"), ("root", "recorded")), "UNKNOWN"),
        (build_chain(("root", "recorded"), root_reason="missing_event"), "UNKNOWN"),
        (build_chain(("root", "recorded"), root_reason=None), "UNKNOWN"),
        (build_chain(("root", "recorded"), root_reason="external_import"), "FAIL"),
        (build_chain(("root", "recorded"), root_reason="public_root"), "FAIL"),
        (build_chain(), "UNKNOWN"),
        (Lineage(nodes=(), edges=()), "UNKNOWN"),
    ],
)
def test_lineage_verification(lineage: Lineage, verdict: str) -> None:
    parameters = LineageVerificationParameters(approved_owners=(GOLDEN_OWNER,))

    assert check_lineage(parameters, build_facts(lineage)).verdict == verdict


def test_one_unapproved_parent_of_several_is_enough_to_fail() -> None:
    good = build_chain(("root", "recorded"), root_owner=GOLDEN_OWNER)
    bad = LineageNode(stream_id="bad", image_id="bad", terminal_reason="external_import")
    both = Lineage(
        nodes=(*good.nodes, bad),
        edges=(
            *good.edges,
            LineageEdge(child="leaf", parent="bad", method="register_snapshot", confidence="reconstructed"),
        ),
    )
    parameters = LineageVerificationParameters(approved_owners=(GOLDEN_OWNER,))

    assert check_lineage(parameters, build_facts(both)).verdict == "FAIL"


def test_a_lineage_that_was_cut_or_leads_in_a_circle_never_passes() -> None:
    parameters = LineageVerificationParameters(approved_owners=(GOLDEN_OWNER,))
    cut = build_chain(("root", "recorded"), root_owner=GOLDEN_OWNER).model_copy(update={"truncated": True})
    circle = Lineage(
        nodes=(),
        edges=(
            LineageEdge(child="leaf", parent="a", method="copy_image", confidence="recorded"),
            LineageEdge(child="a", parent="leaf", method="copy_image", confidence="recorded"),
        ),
    )

    assert check_lineage(parameters, build_facts(cut)).verdict == "UNKNOWN"
    assert check_lineage(parameters, build_facts(circle)).verdict == "UNKNOWN"


def test_without_approved_roots_nothing_passes() -> None:
    lineage = build_chain(("root", "recorded"), root_owner=GOLDEN_OWNER)

    assert check_lineage(LineageVerificationParameters(), build_facts(lineage)).verdict == "UNKNOWN"


def test_an_image_that_was_never_seen_itself_is_unknown_even_when_it_is_approved() -> None:
    policy = load_policy(
        "name: p\nrules:\n"
        "  - {id: tags, kind: required_tags, parameters: {tags: {Owner: ''}}}\n"
        "  - {id: lineage, kind: lineage_verification, parameters: {approved_images: [leaf]}}\n"
    )
    seen = build_facts(build_chain(), {"Owner": "me"})

    assert build_status(evaluate_policy(policy, seen)) == "PASS"
    unseen = evaluate_policy(policy, seen.model_copy(update={"seen": False}))
    assert [verdict.verdict for verdict in unseen] == ["UNKNOWN", "UNKNOWN"]


def test_a_policy_gives_one_verdict_per_rule_and_a_failure_outweighs_the_unknown() -> None:
    policy = load_policy(
        "name: p\nrules:\n"
        "  - {id: tags, kind: required_tags, parameters: {tags: {Owner: ''}}}\n"
        "  - {id: lineage, kind: lineage_verification, parameters: {approved_images: [ami-1]}}\n"
    )

    verdicts = evaluate_policy(policy, build_facts())

    assert [(verdict.rule_id, verdict.verdict) for verdict in verdicts] == [
        ("tags", "FAIL"),
        ("lineage", "UNKNOWN"),
    ]
    assert build_status(verdicts) == "FAIL"
    assert build_status(verdicts[1:]) == "UNKNOWN"
    assert build_status(()) == "NOT_APPLICABLE"
