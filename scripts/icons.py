"""Draw the icons that devices want as images, from static/icon.svg: `python -m scripts.icons`.

They are ours and small, and so are in the repository; run this when icon.svg changes.
"""

import base64
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "static" / "icon.svg"
TARGET = ROOT / "static" / "icons"
CHROMIUM = "/usr/bin/chromium-headless-shell"

# The colour of the icon's ground, for those that must fill their square.
GROUND = "#1f6f5c"
# Name -> side in pixels, and the part of it that the drawing takes: systems cut a maskable icon
# to their own shape, within which the middle 80 % is safe; Apple rounds its corners.
ICONS = {
    "icon-192.png": (192, 1.0, "transparent"),
    "icon-512.png": (512, 1.0, "transparent"),
    "maskable-512.png": (512, 0.8, GROUND),
    "apple-touch-180.png": (180, 1.0, GROUND),
}


def draw(page: Page, name: str) -> None:
    """Write one icon."""
    side, part, ground = ICONS[name]
    drawing = base64.b64encode(SOURCE.read_bytes()).decode()
    page.set_viewport_size({"width": side, "height": side})
    page.set_content(
        f"<style>body {{ margin: 0; height: {side}px; display: grid; place-items: center;"
        f" background: {ground} }}</style>"
        f'<img src="data:image/svg+xml;base64,{drawing}" width="{side * part}">'
    )
    page.screenshot(path=TARGET / name, omit_background=True)


def main() -> int:
    """Draw all, and tell."""
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        for name in ICONS:
            draw(page, name)
        browser.close()
    print(f"{len(ICONS)} icons are in {TARGET.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
