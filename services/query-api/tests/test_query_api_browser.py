"""The pages in a real browser: readable, reachable, and nothing from elsewhere."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright
from query_api_estate import settle
from query_api_organization import CHILD, GOLDEN, LAUNDERED, TWIN_EAST

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket, pytest.mark.timeout(120)]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAGES = {
    "overview": "/",
    "search": "/images?name=*e*",
    "search-none": "/images?name=nothing",
    "search-bad": "/images?account=12",
    "golden": f"/images/{GOLDEN}",
    "child": f"/images/{CHILD}",
    "laundered": f"/images/{LAUNDERED}",
    "placeholder": f"/images/{TWIN_EAST}",
    "not-found": "/images/ami-0000000000",
    "docs": "/docs",
    "past": f"/images/{GOLDEN}?as_of=2026-11-01T11:30:00Z",
    "impact": f"/impact?ami_id={GOLDEN}",
    "impact-none": "/impact",
    "impact-bad": "/impact?account=12",
    "coverage": "/coverage",
}


@pytest.fixture
async def base(site: Any) -> AsyncIterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(site.app, host="127.0.0.1", port=port, log_config=None))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


async def open_page(browser: Browser, base: str, site: Any, **options: Any) -> Page:
    context = await browser.new_context(**options)
    page = await context.new_page()
    await page.goto(f"{base}/login?code={site.create_login_code()}")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_every_page_fits_is_accessible_and_breaks_no_rule_of_its_own_policy(
    base: str, site: Any, browser: Browser, tmp_path: Path, scheme: str, width: int
) -> None:
    await settle(site)
    page = await open_page(browser, base, site, color_scheme=scheme, viewport={"width": width, "height": 900})
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))

    for name, path in PAGES.items():
        await page.goto(base + path)
        await page.screenshot(path=tmp_path / f"{name}-{scheme}-{width}.png", full_page=True)
        overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if overflow > 0:
            complaints.append(f"{name} is {overflow} px too wide")
        found = await Axe().run(page)
        if found.violations_count:
            complaints.append(f"{name}: {found.generate_report()}")
    await page.get_by_role("button", name="Log out").click()
    await page.screenshot(path=tmp_path / f"login-{scheme}-{width}.png", full_page=True)

    assert [text for text in complaints if "status of 4" not in text] == []
    assert all(url.startswith(base) for url in requests)


async def test_pages_read_the_same_without_javascript(base: str, site: Any, browser: Browser) -> None:
    page = await open_page(browser, base, site, java_script_enabled=False)

    await page.goto(f"{base}/images/{GOLDEN}")

    assert await page.get_by_role("heading", name="Ancestors").is_visible()
    assert await page.locator("svg .box").count() == 5
    await page.get_by_role("link", name="checkout-service-318").first.click()
    assert await page.get_by_role("heading", level=1, name="checkout-service-318").is_visible()


async def test_impact_and_the_past_are_reached_from_the_image_without_javascript(
    base: str, site: Any, browser: Browser
) -> None:
    await settle(site)
    page = await open_page(browser, base, site, java_script_enabled=False)

    await page.goto(f"{base}/images/{GOLDEN}")
    await page.get_by_role("button", name="Show the impact of this image").click()
    assert await page.get_by_role("heading", name="The next scale-out would start it").is_visible()
    assert await page.get_by_text("root replaced").is_visible()
    await page.goto(f"{base}/images/{GOLDEN}")
    await page.get_by_label("As it was at (UTC)").fill("2026-11-01T11:30:00Z")
    await page.get_by_role("button", name="Show that time").click()

    assert await page.get_by_text("You see the past").is_visible()
    assert await page.get_by_text("No recorded image was made of this one.").is_visible()


async def test_the_keyboard_alone_leads_from_search_to_the_drawing(
    base: str, site: Any, browser: Browser
) -> None:
    page = await open_page(browser, base, site)

    await page.keyboard.press("/")
    await page.keyboard.type("ami-0b1000000000golden")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/images/{GOLDEN}")
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.closest('svg') !== null"):
            break
    await page.keyboard.press("Enter")

    await page.wait_for_url(lambda url: GOLDEN not in url)
