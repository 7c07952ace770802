"""Pictures of each page and state, wide, narrow and dark: `make screenshots`.

They are of servers of their own, with simulated companies; what is pictured is the table SIGHTS
in tests/e2e/gallery.py. Words after the command choose some by their names.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, FloatRect, Page, ViewportSize, sync_playwright

from tests.browsing import CHROMIUM
from tests.e2e.gallery import SIGHTS, Gallery, Sight, opened

TARGET = Path(__file__).parent.parent / "docs" / "screenshots"
# Of long pages the rest is left out: nobody looks at it, and files stay small.
MOST_HEIGHT = 1600

WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
MODES: dict[str, tuple[ViewportSize, Literal["light", "dark"]]] = {
    "wide": (WIDE, "light"),
    "narrow": (NARROW, "light"),
    "dark": (WIDE, "dark"),
}


def picture(page: Page, path: Path) -> None:
    """What the page shows, from where it was scrolled to."""
    size = page.viewport_size
    assert size is not None
    top = page.evaluate("scrollY")
    below = page.evaluate("document.documentElement.scrollHeight") - top
    height = max(size["height"], min(below, MOST_HEIGHT))
    clip = FloatRect(x=0, y=top, width=size["width"], height=height)
    page.screenshot(path=path, full_page=True, clip=clip, animations="disabled")


def take(browser: Browser, gallery: Gallery, sights: Sequence[Sight]) -> None:
    """All pictures of these."""
    for mode, (size, scheme) in MODES.items():
        context = browser.new_context(
            viewport=size, color_scheme=scheme, reduced_motion="reduce", locale="en-GB"
        )
        for sight in sights:
            # A page for each: what one leaves behind is not on the next.
            page = context.new_page()
            gallery.show(page, sight)
            picture(page, TARGET / f"{sight.name}-{mode}.png")
            page.close()
        context.close()


def main() -> int:
    """Take them, and tell."""
    wanted = sys.argv[1:]
    sights = [sight for sight in SIGHTS if not wanted or sight.name in wanted]
    TARGET.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(Path(folder)) as gallery,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        take(browser, gallery, sights)
        browser.close()
    print(f"{len(sights) * len(MODES)} pictures are in docs/screenshots.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
