"""Fragments: what goes to open pages, rendered outside a request."""

import re

import pytest
from flask import Flask
from stockapp.web.pages import item_path

from stockapp.bootstrap import ROOT
from stockapp.domain.attempt import Outcome, Reason
from stockapp.domain.task import TaskStatus
from stockapp.web import fragments, present
from stockapp.web.present_stock import stock_path
from tests.web.boards import NOW, UPDATING, a_board, a_quote, a_row, a_status, a_task, an_attempt


@pytest.fixture(autouse=True)
def _app_context():
    app = Flask("fragments", template_folder=str(ROOT / "templates"))
    app.jinja_env.filters |= {"item_path": item_path, "stock_path": stock_path}
    with app.app_context():
        yield


def targets(html):
    return re.findall(r'<hx-partial hx-target="([^"]+)" hx-swap="outerMorph">', html)


def test_each_row_is_a_partial_of_its_own():
    html = fragments.rows([a_row("AAPL"), a_row("^GSPC")], NOW)
    assert targets(html) == ["#row-AAPL", "#row-_5eGSPC"]
    assert 'id="row-_5eGSPC"' in html


def test_a_row_shows_price_currency_age_and_source():
    quote = a_quote("VOD.L", 308.8, 301.2, "GBp", delay_minutes=15)
    html = fragments.rows([a_row("VOD.L", quote, name="Vodafone")], NOW)
    for text in ("308.80", 'title="pence, 100 to one GBP"', "2 min ago", "Yahoo, 15 min delayed"):
        assert text in html
    assert 'datetime="2026-11-24T11:58:00.000Z"' in html
    assert 'data-fresh-until="2026-11-24T12:13:00.000Z"' in html


def test_a_failed_row_keeps_its_price_and_lists_every_attempt():
    attempts = [
        an_attempt(Outcome.FAILED, Reason.TIMEOUT, "No answer within 6 s.", 6003),
        an_attempt(Outcome.SKIPPED, Reason.CIRCUIT_OPEN, "Left alone for 20 s."),
    ]
    row = a_row(quote=a_quote(age=5400), failure=Reason.TIMEOUT, attempts=attempts)
    html = fragments.rows([row], NOW)
    assert 'class="row stale failed"' in html
    for text in ("227.50", "not updated: timeout", "No answer within 6 s.", "6,003 ms"):
        assert text in html
    assert "<code>circuit_open</code>" in html


def test_a_row_under_way_says_so():
    assert ">updating</span>" in fragments.rows([a_row(state=UPDATING)], NOW)


def test_what_people_typed_cannot_become_markup():
    row = a_row("M&M.NS", name="<b>M</b>", note='"><script>x</script><hx-partial hx-target="#a">')
    html = fragments.rows([row], NOW)
    assert "<script" not in html
    assert "<b>M</b>" not in html
    assert targets(html) == ["#row-M_26M_2eNS"]
    assert html.count("<hx-partial") == 1
    assert 'action="/watchlist/items/M%26M.NS"' in html
    assert "<i>" not in fragments.edit_problem("AAPL", "<i>no</i>")


def test_a_note_keeps_the_line_it_begins_with():
    # HTML drops one line break after the opening tag.
    html = fragments.rows([a_row(note="\nsecond line")], NOW)
    assert 'maxlength="2000">\n\nsecond line</textarea>' in html


def test_a_running_refresh_shows_progress_and_can_be_cancelled():
    html = fragments.refresh(a_task(message="AAPL from yahoo/quote", eta=3), NOW)
    assert targets(html) == ["#refresh"]
    assert 'max="100" value="42.0"' in html
    assert "21 of 50 · about 3 s left · AAPL from yahoo/quote" in html
    assert 'hx-post="/tasks/t1/cancel"' in html


def test_an_ended_refresh_tells_its_summary_and_can_be_repeated():
    task = a_task(TaskStatus.COMPLETED, message="48 updated, 1 not updated, 1 failed")
    html = fragments.refresh(task, NOW)
    assert "48 updated, 1 not updated, 1 failed" in html
    assert 'hx-post="/refresh"' in html
    assert "<progress" not in html


def test_sources_that_fail_are_told_with_a_way_out():
    html = fragments.sources([a_status("quote", Reason.BLOCKED)], NOW)
    assert targets(html) == ["#sources"]
    assert "Yahoo cannot be reached" in html
    assert "<code>blocked</code>" in html
    assert 'action="/watchlist/simulated"' in html


def test_sources_that_answer_leave_an_empty_place():
    assert "notice" not in fragments.sources([a_status(reason=None)], NOW).split(">", 2)[2]


def test_the_whole_page_is_table_notices_tasks_and_sources():
    html = fragments.whole(a_board(a_row("LARK.SIM", sample=True)), NOW)
    assert targets(html) == ["#watchlist", "#notices", "#refresh", "#analysis", "#sources"]
    assert "Simulated prices are invented." in html
    assert 'action="/watchlist/samples/remove"' in html


def test_an_empty_list_offers_the_simulated_one():
    html = fragments.whole(a_board(), NOW)
    assert "Nothing is watched yet" in html
    assert 'action="/watchlist/simulated"' in html


def test_an_unknown_symbol_keeps_what_was_typed_and_may_be_added_anyway():
    attempt = an_attempt(Outcome.FAILED, Reason.NOT_FOUND, "Yahoo has no symbol NOPE.")
    problem = present.add_problem("No source knows NOPE.", "NOPE", [attempt])
    html = fragments.add_form("nope", problem)
    assert targets(html) == ["#add"]
    assert 'value="nope"' in html
    assert 'aria-invalid="true"' in html
    assert "Yahoo has no symbol NOPE." in html
    assert 'name="accept_unknown" value="yes">Add NOPE anyway' in html


def test_a_message_goes_to_the_one_status_region():
    html = fragments.message("Not done.", "error")
    assert targets(html) == ["#status"]
    assert 'class="status error" role="status">Not done.<' in html


def test_no_template_holds_a_script_or_a_style_of_its_own():
    templates = list((ROOT / "templates").rglob("*.html"))
    assert templates
    for path in templates:
        text = path.read_text()
        assert not re.search(
            r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|hx-on|javascript:", text
        )
