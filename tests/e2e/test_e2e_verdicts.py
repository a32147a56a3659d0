"""Verdicts follow what happens to an image, and the page shows them (M05, M10, M11)."""

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from delivery import put_on_central_bus
from playwright.sync_api import Page, expect, sync_playwright
from running_platform import Platform, wait_until

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def judged(demo: Platform) -> Platform:
    """The demo with the first verdicts about its images."""
    streams = [image["id"] for image in list_images(demo)]
    wait_until(
        lambda: all(read_compliance(demo, stream)["verdicts"] for stream in streams[::10]),
        120,
        "verdicts about every image",
    )
    return demo


@pytest.fixture
def page(judged: Platform) -> Iterator[Page]:
    """A browser that has logged in with the printed link, which works once."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page()
        link = re.search(r"http://\S+/login\?code=\S+", judged.output)
        assert link is not None
        page.goto(link.group())
        yield page
        browser.close()


def read_compliance(platform: Platform, image: str) -> dict[str, Any]:
    answer = platform.get(f"/api/v1/ami/{image}/security-context", include_compliance="true")
    compliance: dict[str, Any] = answer["compliance"]
    return compliance


def list_images(platform: Platform) -> list[dict[str, Any]]:
    images: list[dict[str, Any]] = platform.request(
        "POST", "/api/v1/ami/search", json={"limit": 1000}
    ).json()["images"]
    return images


def build_tagging(image: dict[str, Any], tags: dict[str, str], name: str = "CreateTags") -> dict[str, Any]:
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "arn": f"arn:aws:iam::{image['account_id']}:user/ada",
            "accountId": image["account_id"],
        },
        "eventTime": "2026-11-20T12:00:00Z" if name == "CreateTags" else "2026-11-20T13:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": name,
        "awsRegion": image["region"],
        "sourceIPAddress": "192.0.2.1",
        "requestParameters": {
            "resourcesSet": {"items": [{"resourceId": image["resource_id"]}]},
            "tagSet": {"items": [{"key": key, "value": value} for key, value in tags.items()]},
        },
        "responseElements": {"_return": True},
        "eventID": str(uuid.uuid4()),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "readOnly": False,
        "recipientAccountId": image["account_id"],
    }


def test_the_demo_shows_every_verdict_and_never_passes_what_it_does_not_know(judged: Platform) -> None:
    images = [image for image in list_images(judged) if image["state"] != "deregistered"]
    verdicts = Counter[str]()
    for image in images:
        for verdict in read_compliance(judged, image["id"])["verdicts"]:
            verdicts[verdict["verdict"]] += 1
            if image["terminal_reason"] and verdict["rule_kind"] == "lineage_verification":
                assert verdict["verdict"] != "PASS" or image["account_id"] == "534439589175", image["id"]
    assert {"PASS", "FAIL", "UNKNOWN"} <= set(verdicts)


def test_a_tag_that_is_removed_changes_the_verdict_within_seconds(judged: Platform) -> None:
    image = next(
        image
        for image in list_images(judged)
        if image["state"] == "pending"
        and {
            v["verdict"]
            for v in read_compliance(judged, image["id"])["verdicts"]
            if v["rule_kind"] == "required_tags"
        }
        == {"PASS"}
    )

    put_on_central_bus(judged, [build_tagging(image, {"Owner": image["tags"]["Owner"]}, "DeleteTags")])

    def has_failed() -> bool:
        verdicts = read_compliance(judged, image["id"])["verdicts"]
        return any(v["rule_kind"] == "required_tags" and v["verdict"] == "FAIL" for v in verdicts)

    wait_until(has_failed, 60, "the verdict FAIL")
    history = judged.get(f"/api/v1/ami/{image['id']}/history", limit=1000)["events"]
    kinds = [event["event_type"] for event in history]
    assert "image.untagged" in kinds
    assert kinds[-1] == "compliance.changed"
    judged.verify()


def test_overview_and_image_page_show_real_content(judged: Platform, page: Page) -> None:
    image = next(
        image for image in list_images(judged) if image["confidence"] == "reconstructed" and image["name"]
    )

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("body")).to_contain_text("Demo")
    page.goto(judged.endpoints["api"] + f"/images/{image['id']}")

    expect(page.get_by_role("heading", level=1)).to_contain_text(image["name"])
    expect(page.locator("body")).to_contain_text("reconstructed")
    expect(page.locator("svg").first).to_be_visible()
    expect(page.locator("body")).to_contain_text(image["account_id"])
