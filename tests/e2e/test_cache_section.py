"""The section of the system page that tells of the cache."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .server import Server

Window = Callable[..., Page]


@pytest.mark.browser
class TestTheSectionOfThePage:
    def test_shows_use_and_clears_after_a_question(self, simulated: Server, window: Window) -> None:
        simulated.refresh("LARK.SIM,QUIL.SIM", wait=20)
        page = window(simulated.url + "/system")
        section = page.locator("#cache")
        expect(section.get_by_role("row", name="Quotes")).to_be_visible()
        expect(section.get_by_role("img").first).to_be_visible()
        section.get_by_role("button", name="Clear … Quotes").click()
        expect(page.get_by_role("heading", name="Clear the cached quotes?")).to_be_visible()
        assert simulated.get("/api/cache/stats").json()["prefixes"]["quote"]["entries"] >= 2
        page.get_by_role("link", name="Keep it").click()
        expect(section).to_be_visible()
        section.get_by_role("button", name="Clear all …").click()
        page.get_by_role("button", name="Clear", exact=True).click()
        expect(page.get_by_role("status").first).to_contain_text("Entries deleted from the cache")

    def test_works_without_scripts(self, simulated: Server, window: Window) -> None:
        simulated.refresh("LARK.SIM", wait=20)
        page = window(simulated.url + "/system", java_script_enabled=False)
        page.get_by_role("button", name="Clear … Quotes").click()
        page.get_by_role("button", name="Clear", exact=True).click()
        expect(page.get_by_text("Entries deleted from the cache")).to_be_visible()

    def test_renews_itself(self, simulated: Server, window: Window) -> None:
        simulated.delete("/api/cache")
        page = window(simulated.url + "/system")
        row = page.locator("#cache").get_by_role("row", name="Quotes").get_by_role("cell").first
        expect(row).to_have_text("0")
        simulated.refresh("LARK.SIM", wait=20)
        expect(row).to_have_text("1")
