"""Fragments: what goes to open pages, rendered outside of a request."""

import re

import pytest

from stockapp.domain.attempt import Reason
from stockapp.domain.task import TaskStatus
from stockapp.domain.watchlist import Watchlist
from stockapp.places import ROOT
from stockapp.web import fragments
from stockapp.web.columns import USUAL, Column
from stockapp.web.list_screen import unused
from stockapp.web.present_board import Shown, board_view
from stockapp.web.watchlist_views import AddProblem, LiveView, OptionView

from .boards import EVERY, NOW, a_board, a_quote, a_row, a_status, a_task

pytestmark = pytest.mark.usefixtures("rendering")

LISTS = [Watchlist("default", "Watchlist", 1)]
HOSTILE = '"><script>x</script><hx-partial hx-target="#a">'


def targets(html):
    return re.findall(r'<hx-partial hx-target="([^"]+)" hx-swap="outerMorph">', html)


def board(*rows, layout=USUAL, lists=LISTS, **fields):
    return board_view(a_board(*rows, **fields), Shown(lists, layout), NOW)


def test_each_row_is_a_partial_of_its_own():
    html = fragments.rows([a_row("AAPL"), a_row("^GSPC")], NOW, "default", USUAL)
    assert targets(html) == ["#row-AAPL", "#row-_5eGSPC"]
    assert 'id="row-_5eGSPC"' in html


def test_what_people_and_sources_wrote_cannot_become_markup():
    quote = a_quote("M&M.NS", name=HOSTILE, exchange=HOSTILE, currency=HOSTILE)
    row = a_row("M&M.NS", quote, failure=Reason.TIMEOUT, name=HOSTILE, note=HOSTILE)
    html = fragments.rows([row], NOW, "default", EVERY)
    assert "<script" not in html
    assert targets(html) == ["#row-M_26M_2eNS"]
    assert html.count("<hx-partial") == 1
    assert 'href="/lists/default/items/M%26M.NS"' in html
    for told in (
        fragments.whole(board(row, lists=[Watchlist("default", HOSTILE, 1)])),
        fragments.tabs([Watchlist("default", HOSTILE, 1)], "default"),
        fragments.totals([row]),
        fragments.message(HOSTILE, name="default", undo=HOSTILE),
        fragments.edit_problem(HOSTILE),
        fragments.add_form(
            "default", HOSTILE, AddProblem(HOSTILE, (OptionView(HOSTILE, HOSTILE, HOSTILE, False),))
        ),
    ):
        assert "<script" not in told
        assert 'hx-target="#a"' not in told


def test_names_of_any_direction_keep_to_themselves():
    name = "شركة الاتصالات"
    html = fragments.rows([a_row("7010.SR", name=name, note=name)], NOW, "default", EVERY)
    assert f'<bdi class="name" title="{name}">{name}</bdi>' in html
    assert f"{name}</bdi></td>" in html
    assert f"<bdi>{name}</bdi>" in fragments.tabs([Watchlist("a", name, 1)], "a")


def test_a_running_refresh_shows_progress_and_can_be_cancelled():
    html = fragments.refresh(a_task(message="AAPL from yahoo/quote", eta=4), "tech")
    assert targets(html) == ["#refresh"]
    assert 'max="100" value="42.0"' in html
    assert "21 of 50 · 7 a second · about 4 s left · AAPL from yahoo/quote" in html
    assert 'hx-post="/tasks/t1/cancel"' in html


def test_an_ended_refresh_tells_its_summary_and_its_reasons_and_can_be_repeated():
    task = a_task(TaskStatus.COMPLETED, message="48 updated, 1 stale, 1 unknown")
    html = fragments.refresh(task, "tech")
    assert '48 updated, 1 stale, 1 unknown · <a href="/tasks/t1">Reasons</a>' in html
    assert 'hx-post="/lists/tech/refresh"' in html
    assert "<progress" not in html


def test_an_analysis_has_a_bar_of_its_own():
    html = fragments.analysis(a_task(), "tech")
    assert targets(html) == ["#analysis"]
    assert 'hx-post="/lists/tech/analyze"' in fragments.analysis(None, "tech")


def test_sources_that_fail_are_told_with_a_way_out():
    html = fragments.sources([a_status("quote", Reason.BLOCKED)], NOW, "tech")
    assert targets(html) == ["#sources"]
    assert "Yahoo cannot be reached" in html
    assert "<code>blocked</code>" in html
    assert 'action="/lists/tech/simulated"' in html


def test_sources_that_answer_leave_an_empty_place():
    html = fragments.sources([a_status(reason=None)], NOW, "default")
    assert "notice" not in html.split(">", 2)[2]


def test_the_whole_page_is_all_that_can_change():
    html = fragments.whole(board(a_row("LARK.SIM", sample=True)))
    assert targets(html) == [
        *("#list-name", "#watchlist", "#lists-all", "#notices", "#totals"),
        *("#refresh", "#analysis", "#sources"),
    ]
    assert "Simulated prices are invented." in html
    assert 'action="/lists/default/samples/remove"' in html


def test_an_empty_list_offers_the_simulated_one_and_an_import():
    html = fragments.whole(board())
    assert "Nothing is watched yet" in html
    assert 'action="/lists/default/simulated"' in html
    assert 'href="/lists/default/import"' in html


def test_the_choice_of_columns_offers_all_of_them_once():
    html = fragments.columns(board(), unused(USUAL))
    assert targets(html) == ["#columns"]
    for column in Column:
        assert len(re.findall(rf'name="column" value="{column}"', html)) == 1, column
    assert 'type="hidden" name="column" value="age"' in html, "it cannot be taken away"


def test_live_mode_has_a_switch_where_it_is_possible():
    on = fragments.live_line(LiveView("tech", on=True, possible=True, line="every 15 s"))
    assert targets(on) == ["#live-line"]
    assert 'action="/lists/tech/live"' in on
    assert 'value="no" class="switch" role="switch" aria-checked="true"' in on
    off = fragments.live_line(LiveView("tech", on=False, possible=False, line="off"))
    assert "<button" not in off


def test_what_was_not_understood_stays_with_what_may_be_meant():
    choice = OptionView("AAPL", "Apple Inc.", "NASDAQ, share, USD", listed=False)
    html = fragments.add_form("tech", "apple", AddProblem("Which of these is meant?", (choice,)))
    assert targets(html) == ["#add"]
    assert 'value="apple"' in html
    assert 'aria-invalid="true"' in html
    assert "Which of these is meant?" in html
    assert 'name="choice" value="AAPL"' in html
    assert "<bdi>Apple Inc.</bdi>" in html


def test_a_message_goes_to_the_one_status_region():
    html = fragments.message("Not done.", "error")
    assert targets(html) == ["#status"]
    assert 'class="status error" role="status"><span>Not done.<' in html
    assert "Undo" not in html


def test_a_removal_can_be_undone_where_it_is_told():
    html = fragments.message("AAPL was removed.", name="tech", undo="token")
    assert 'hx-post="/lists/tech/undo"' in html
    assert 'name="undo" value="token"' in html


def test_no_template_holds_a_script_or_a_style_of_its_own():
    templates = list((ROOT / "templates").rglob("*.html"))
    assert templates
    for path in templates:
        text = path.read_text()
        assert not re.search(
            r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|hx-on|javascript:", text
        )
