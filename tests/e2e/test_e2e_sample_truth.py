"""For every image of a generated organization, the answers are what the records let one know (M01, M02, L01)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from running_platform import Platform

MAKINGS = ("image.created", "image.copied", "image.registered", "image.restored", "image.imported")
COMING_AND_GOING = ("image.deregistered", "image.recovered")

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


def ask_all(platform: Platform, streams: list[str], question: str, **parameters: Any) -> dict[str, Any]:
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(
            lambda stream: platform.get(f"/api/v1/ami/{stream}/{question}", **parameters), streams
        )
        return dict(zip(streams, answers, strict=True))


def list_recorded(truth: dict[str, Any]) -> list[str]:
    """Images whose making is in the records."""
    return [stream for stream, image in truth["images"].items() if image["recorded"]]


def list_known(truth: dict[str, Any]) -> list[str]:
    """Images that the records make or at least mention; a hollow record names nothing."""
    images = truth["images"]
    return [stream for stream, image in images.items() if image["recorded"] or image["method"] is None]


def to_parents(edges: list[dict[str, Any]], stream: str) -> set[tuple[str, str, str]]:
    return {
        (edge["target"], edge["method"], edge["confidence"])
        for edge in edges
        if edge["source"] == stream and edge["kind"] == "DERIVED_FROM"
    }


def test_lineage_knows_what_can_be_known_and_claims_no_more(
    imported: Platform, truth: dict[str, Any]
) -> None:
    answers = ask_all(imported, list_known(truth), "lineage", direction="ancestors", depth=1)

    wrong = {}
    for stream, answer in answers.items():
        knowable = truth["images"][stream]["knowable"]
        node = next(node for node in answer["nodes"] if node["id"] == stream)
        expected = {(p["image"], p["method"], p["confidence"]) for p in knowable["parents"]}
        given = to_parents(answer["edges"], stream)
        if given != expected or node["terminal_reason"] != knowable["terminal_reason"]:
            wrong[stream] = (given, expected, node["terminal_reason"], knowable["terminal_reason"])
    assert wrong == {}
    assert all(edge["evidence"] for answer in answers.values() for edge in answer["edges"])


def test_the_organization_has_every_way_to_be_made_and_every_end(truth: dict[str, Any]) -> None:
    """Or the other tests would prove less than they say."""
    images = truth["images"].values()
    parents = [parent for image in images for parent in image["knowable"]["parents"]]

    assert {(parent["method"], parent["confidence"]) for parent in parents} == {
        ("copy_image", "recorded"),
        ("create_image", "recorded"),
        ("create_image", "reconstructed"),
        ("import_image", "reconstructed"),
        ("register_snapshot", "reconstructed"),
        ("restore_image", "inferred"),
        ("restore_image", "reconstructed"),
        ("snapshot_description", "inferred"),
    }
    assert {image["knowable"]["terminal_reason"] for image in images} == {
        None,
        "missing_event",
        "direct_block_write",
        "external_import",
        "before_recorded_history",
    }
    assert {image["state"] for image in images} >= {"available", "deregistered", "disabled", "failed"}
    for method in ("create_image", "register_snapshot"):
        assert {image["public"] for image in images if image["method"] == method} == {True, False}, method


def test_what_the_records_prove_is_true(truth: dict[str, Any]) -> None:
    for stream, image in truth["images"].items():
        claimed = {parent["image"] for parent in image["knowable"]["parents"]}
        assert claimed <= set(image["actual_parents"]), stream


def test_provenance_leads_to_the_ends_with_their_reasons(imported: Platform, truth: dict[str, Any]) -> None:
    images = truth["images"]

    def walk(stream: str) -> set[tuple[str, str | None]]:
        known = images[stream]["knowable"]
        ends = {(stream, known["terminal_reason"])} if known["terminal_reason"] else set()
        return ends.union(*(walk(parent["image"]) for parent in known["parents"]))

    answers = ask_all(imported, list_known(truth), "provenance")

    wrong = {
        stream: (given, walk(stream))
        for stream, answer in answers.items()
        if (given := {(end["image"], end["terminal_reason"]) for end in answer["ends"]}) != walk(stream)
    }
    assert wrong == {}


def test_history_says_who_made_the_image_and_what_became_of_it(
    imported: Platform, truth: dict[str, Any]
) -> None:
    answers = ask_all(imported, list_recorded(truth), "history", limit=1000)

    for stream, answer in answers.items():
        image, events = truth["images"][stream], answer["events"]
        kinds = Counter(event["event_type"] for event in events)
        assert events == sorted(events, key=lambda event: event["occurred_at"]), stream
        assert sum(kinds[kind] for kind in MAKINGS) == 1, stream
        ends = [event["event_type"] for event in events if event["event_type"] in COMING_AND_GOING]
        assert (ends[-1:] == ["image.deregistered"]) == (image["state"] == "deregistered"), stream


def test_nodes_hold_the_state_tags_and_sharing_of_now(imported: Platform, truth: dict[str, Any]) -> None:
    answers = ask_all(imported, list_recorded(truth), "lineage", direction="ancestors", depth=1)

    for stream, answer in answers.items():
        image = truth["images"][stream]
        node = next(node for node in answer["nodes"] if node["id"] == stream)
        assert node["tags"] == image["tags"], stream
        assert node["public"] == image["public"], stream
        assert (node["state"] == "deregistered") == (image["state"] == "deregistered"), stream
        assert node["account_id"] == image["account_id"], stream
        assert node["name"] == image["name"], stream


def test_descendants_reach_every_image_that_can_be_known_to_descend(
    imported: Platform, truth: dict[str, Any]
) -> None:
    children: dict[str, set[str]] = {}
    for stream, image in truth["images"].items():
        for parent in image["knowable"]["parents"]:
            children.setdefault(parent["image"], set()).add(stream)

    def walk(stream: str) -> set[str]:
        return {stream}.union(*(walk(child) for child in children.get(stream, ())))

    roots = [stream for stream in children if not truth["images"][stream]["knowable"]["parents"]]
    answers = ask_all(imported, roots, "lineage", direction="descendants", depth=100, limit=1000)

    for root, answer in answers.items():
        assert not answer["truncated"]
        assert {node["id"] for node in answer["nodes"] if node["kind"] == "image"} == walk(root), root
