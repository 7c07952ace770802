"""A stock's page, the list's verdicts and the comparison in a real browser, on real workers."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from .server import Server, eventually, serving

pytestmark = pytest.mark.browser

Window = Callable[..., Page]
FAIR = "[data-fair-value]"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers with the simulated list; LARK.SIM and HOLM.SIM are analysed."""
    folder: Path = tmp_path_factory.mktemp("stocks")
    with serving(folder, STOCKAPP_SAMPLE="simulated", STOCKAPP_SIMULATED_LATENCY_MS=300) as server:
        for symbol in ("LARK.SIM", "HOLM.SIM"):
            done = server.post(f"/api/analyze/{symbol}/async", headers={"Prefer": "wait=30"})
            assert done.json()["status"] == "completed"
        yield server


@pytest.fixture(scope="module")
def slow_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The same, where an analysis takes some seconds: time to see it, and to stop it."""
    folder: Path = tmp_path_factory.mktemp("slow-stocks")
    with serving(
        folder,
        STOCKAPP_SAMPLE="simulated",
        STOCKAPP_SIMULATED_LATENCY_MS=4000,
        STOCKAPP_REQUEST_TIMEOUT_SECONDS=30,
        STOCKAPP_SYMBOL_DEADLINE_SECONDS=60,
    ) as server:
        yield server


@pytest.fixture
def lark(shop: Server, window: Window) -> Page:
    return window(f"{shop.url}/stocks/LARK.SIM")


def fair_value(page: Page) -> str:
    return page.locator(FAIR).inner_text()


def set_assumption(page: Page, label: str, value: str) -> None:
    page.get_by_label(label).fill(value)


def test_a_changed_weight_shows_the_new_value_at_once_and_stays_in_the_address(
    lark: Page, shop: Server
) -> None:
    own = fair_value(lark)
    for label, weight in (("Discounted cash flow", "0"), ("Earnings power", "0"), ("Assets", "1")):
        set_assumption(lark, label, weight)
    expect(lark.locator(FAIR)).not_to_have_text(own)
    asset = lark.locator('[id^="method-"][id$="-asset"] .worth').inner_text()
    expect(lark.locator(FAIR)).to_have_text(asset)
    expect(lark.get_by_text("by your assumptions")).to_be_visible()
    expect(lark).to_have_url(re.compile(r"w_dcf=0&w_epv=0&w_asset=1"))
    lark.reload()
    expect(lark.locator(FAIR)).to_have_text(asset)
    lark.get_by_role("link", name="Back to its own assumptions").click()
    expect(lark.locator(FAIR)).to_have_text(own)


def test_a_bad_assumption_is_told_while_the_value_and_what_was_typed_stay(
    shop: Server, window: Window
) -> None:
    page = window(f"{shop.url}/stocks/LARK.SIM", refused=True)
    own = fair_value(page)
    set_assumption(page, "Discount rate", "much")
    expect(page.locator("#choices-problem")).to_contain_text("must be a number such as 12.5")
    expect(page.locator(FAIR)).to_have_text(own)
    expect(page.get_by_label("Discount rate")).to_have_value("much")
    expect(page.get_by_label("Discount rate")).to_have_attribute("aria-invalid", "true")
    set_assumption(page, "Discount rate", "12")
    expect(page.locator("#choices-problem")).to_be_empty()
    expect(page.get_by_label("Discount rate")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(FAIR)).not_to_have_text(own)


def test_stages_run_and_parts_appear_by_themselves(slow_shop: Server, window: Window) -> None:
    page = window(f"{slow_shop.url}/stocks/SABL.SIM")
    expect(page.get_by_role("progressbar", name="Analysis")).to_be_visible()
    expect(page.locator("#stage-income")).to_be_visible()
    expect(page.locator(FAIR)).to_be_visible()
    expect(page.get_by_role("progressbar", name="Analysis")).to_have_count(0)
    expect(page.locator("#statements table").first).to_contain_text("Revenue")
    expect(page.locator("#chart canvas").first).to_be_visible()


def test_an_analysis_can_be_cancelled_and_begun_again(slow_shop: Server, window: Window) -> None:
    page = window(f"{slow_shop.url}/stocks/TIND.SIM")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled after")).to_be_visible()
    page.get_by_role("button", name="Analyse again").click()
    expect(page.get_by_role("progressbar", name="Analysis")).to_be_visible()


def test_an_analysis_that_ends_is_shown_by_the_assumptions_that_were_typed_meanwhile(
    lark: Page, shop: Server
) -> None:
    set_assumption(lark, "Growth for five years", "9")
    expect(lark.get_by_text("by your assumptions")).to_be_visible()
    chosen = f"{shop.url}/api/analyze/LARK.SIM/cached?growth=0.09"
    before = requests.get(chosen, timeout=20).json()["analysis"]["basis"]
    made = lark.locator(".verdict time").get_attribute("datetime")
    lark.get_by_role("button", name="Analyse again").click()
    expect(lark.locator("#run")).to_contain_text("Analysed")
    expect(lark.locator(".verdict time")).not_to_have_attribute("datetime", made or "")
    expect(lark.get_by_text("by your assumptions")).to_be_visible()
    assert eventually(
        lambda: requests.get(chosen, timeout=20).json()["analysis"]["basis"] != before
    )
    expect(lark.get_by_label("Growth for five years")).to_have_value("9")


def test_the_chart_follows_its_buttons_and_draws_indicators(lark: Page) -> None:
    tools, chart = lark.locator("#chart-tools"), lark.locator("#chart")
    expect(chart.locator("canvas").first).to_be_visible()
    before = chart.screenshot()
    tools.get_by_role("button", name="5 y").click()
    expect(tools.get_by_role("button", name="5 y")).to_have_attribute("aria-pressed", "true")
    expect(tools.get_by_role("button", name="1 y")).to_have_attribute("aria-pressed", "false")
    lark.wait_for_function(
        "() => performance.getEntriesByType('resource').some("
        "(entry) => entry.name.includes('range=5y&interval=1d'))"
    )
    assert eventually(lambda: chart.screenshot() != before)
    with_candles = chart.screenshot()
    tools.get_by_role("button", name="SMA 200").click()
    assert eventually(lambda: chart.screenshot() != with_candles)
    panes = chart.locator("table tr").count()
    tools.get_by_role("button", name="RSI").click()
    expect(chart.locator("table tr")).not_to_have_count(panes)
    tools.get_by_role("button", name="RSI").click()
    expect(chart.locator("table tr")).to_have_count(panes)


def test_the_chart_follows_a_history_that_is_fetched_anew(lark: Page) -> None:
    chart = lark.locator("#chart")
    expect(chart.locator("canvas").first).to_be_visible()
    before = chart.get_attribute("data-version")
    with lark.expect_response(lambda answer: "/api/history/LARK.SIM" in answer.url):
        lark.get_by_role("button", name="Analyse again").click()
    expect(chart).not_to_have_attribute("data-version", before or "")
    expect(chart.locator("canvas").first).to_be_visible()


def test_without_scripts_everything_is_there_and_the_form_works(
    shop: Server, window: Window
) -> None:
    page = window(f"{shop.url}/stocks/LARK.SIM", java_script_enabled=False)
    own = fair_value(page)
    page.get_by_label("Growth for five years").fill("9")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("growth=9"))
    assert fair_value(page) != own
    page.get_by_text("Prices by month, as a table").click()
    expect(page.locator("#months table")).to_be_visible()


def test_what_was_opened_stays_open_when_the_value_changes(lark: Page) -> None:
    dcf = lark.locator("#method-dcf")
    dcf.locator("summary").click()
    before = dcf.inner_text()
    assert "Free cash flow to the firm" in before
    set_assumption(lark, "Discount rate", "12")
    expect(dcf).to_contain_text("12.0 %")
    expect(dcf).to_have_attribute("open", "")


def test_what_is_to_be_doubted_comes_first_also_on_a_narrow_screen(
    shop: Server, window: Window
) -> None:
    page = window(f"{shop.url}/stocks/LARK.SIM", viewport={"width": 390, "height": 800})
    places = [
        box["y"]
        for name in ("#caveats-title", "#choices h2", "#value-title")
        if (box := page.locator(name).bounding_box())
    ]
    assert len(places) == 3 and places == sorted(places)


def test_verdicts_of_the_whole_list_come_row_by_row(shop: Server, window: Window) -> None:
    page = window(shop.url)
    page.get_by_role("button", name="Analyse all").click()
    expect(page.locator("#analysis")).to_contain_text("12 analysed")
    expect(page.locator(".row .worth .fair")).to_have_count(12)
    row = page.locator("#row-BRAM_2eSIM")
    expect(row.locator(".worth")).to_contain_text("GBP")
    expect(row.locator(".price .currency")).to_contain_text("GBp")
    row.get_by_role("link", name="BRAM.SIM", exact=True).click()
    expect(page).to_have_url(re.compile("/stocks/BRAM.SIM$"))


def test_a_comparison_fills_in_by_itself(shop: Server, window: Window) -> None:
    page = window(f"{shop.url}/compare")
    page.get_by_label("Up to 5 symbols").fill("LARK.SIM, DRIF.SIM")
    page.get_by_role("button", name="Compare").click()
    expect(
        page.get_by_role("row", name=re.compile("^Fair value")).get_by_role("cell")
    ).to_have_count(2)
    expect(page.locator("#comparison thead")).not_to_contain_text("being analysed")
    cells = page.get_by_role("row", name=re.compile("^Fair value")).get_by_role("cell")
    expect(cells.nth(1)).to_contain_text("USD")


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_window(shop: Server, window: Window, width: int) -> None:
    for path in ("/stocks/LARK.SIM", "/stocks/HOLM.SIM", "/compare?symbols=LARK.SIM,HOLM.SIM"):
        page = window(shop.url + path, viewport={"width": width, "height": 800})
        page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, path
