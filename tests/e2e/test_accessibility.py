"""axe finds nothing on any page, light and dark, wide and narrow."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, ViewportSize

from .gallery import CHECKED, Gallery, Sight

pytestmark = [pytest.mark.browser, pytest.mark.looks]

WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
# All that is on by default, among it best practices; and the size of what is to be touched.
ALL = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": True}}}
# In the dark only this can differ.
COLOURS = {**ALL, "runOnly": ["color-contrast", "link-in-text-block"]}
MODES = (
    (WIDE, "light", ALL),
    (WIDE, "dark", COLOURS),
    (NARROW, "dark", COLOURS),
    (NARROW, "light", ALL),
)


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    found: list[dict[str, Any]] = page.evaluate(
        "options => axe.run(options).then((told) => told.violations)", options
    )
    return [
        f"{violation['id']} ({violation['impact']}): {node['target'][0]} — {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"][:3]
    ]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One window, which goes from sight to sight."""
    page = browser.new_context(reduced_motion="reduce").new_page()
    yield page
    page.context.close()


@pytest.mark.parametrize("sight", CHECKED, ids=lambda sight: sight.name)
def test_axe_finds_nothing(gallery: Gallery, page: Page, sight: Sight) -> None:
    found: list[str] = []
    page.set_viewport_size(WIDE)
    gallery.show(page, sight)
    page.evaluate(AXE_SCRIPT)
    for size, scheme, options in MODES[::2] if sight.state else MODES:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        mode = f"{size['width']} px, {scheme}"
        found += [f"{mode}: {violation}" for violation in violations(page, options)]
    assert found == [], "\n".join(found)
