"""The details of a row: what is known of it, its note and its target."""

import re

import pytest

from tests.tasks.workers import eventually

from .lists import HTMX, AList, one, text_of


@pytest.fixture
def path(a_list: AList) -> str:
    a_list.add("LARK.SIM")
    return f"{a_list.path}/items/LARK.SIM"


def test_they_are_a_page_and_a_part_of_one(a_list: AList, path: str) -> None:
    page = a_list.client.get(path).text
    assert "<html" in page
    assert f'href="{a_list.path}"' in page, "there is a way back"
    part = a_list.client.get(path, headers=HTMX).text
    assert "<html" not in part
    assert text_of(part, "#item h2 .ticker") == "LARK.SIM"


def test_they_tell_how_the_last_fetch_went(a_list: AList) -> None:
    a_list.add("LARK.SIM", "NOPE.SIM")

    def facts(symbol: str) -> str:
        answer = a_list.client.get(f"{a_list.path}/items/{symbol}/facts", headers=HTMX)
        return text_of(answer.text, "#item-facts")

    assert eventually(lambda: "gave the price" in facts("LARK.SIM"))
    assert "Market time" in facts("LARK.SIM")
    assert eventually(lambda: "Check the spelling" in facts("NOPE.SIM"))
    assert "not_found" in facts("NOPE.SIM")


def test_an_old_price_is_marked_and_a_page_of_its_own_tells_its_age(
    a_list: AList, path: str
) -> None:
    assert eventually(lambda: "data-fresh-until" in a_list.client.get(path).text)
    page = a_list.client.get(path).text
    fresh = one(page, "#item-facts time").attributes["data-fresh-until"]
    now = one(page, "#item-facts").attributes["data-now"]
    assert fresh and now and now < fresh
    assert text_of(page, "#item-facts:not(.stale) .when-stale") == "stale"
    assert re.search(r'src="[^"]*js/ages[^"]*"', page)


def test_note_and_target_are_saved_and_the_page_says_so(a_list: AList, path: str) -> None:
    answer = a_list.send("items/LARK.SIM", at="?sort=symbol", note=" buy\r\nlow ", target_price="7")
    assert answer.status_code == 303
    assert answer.location == f"{a_list.path}?sort=symbol&done=saved&what=LARK.SIM"
    assert "LARK.SIM was saved." in a_list.client.get(answer.location or "").text
    item = a_list.item("LARK.SIM")
    assert (item["note"], item["target_price"]) == ("buy\nlow", 7)
    assert "buy\nlow</textarea>" in a_list.client.get(path).text


def test_a_script_gets_the_row_and_the_problem_taken_away(a_list: AList, path: str) -> None:
    answer = a_list.send("items/LARK.SIM", htmx=True, note="x", target_price="")
    assert 'hx-target="#row-LARK_2eSIM"' in answer.text
    assert '<hx-partial hx-target="#item-problem" hx-swap="innerHTML"></hx-partial>' in answer.text
    assert "LARK.SIM was saved." in answer.text


@pytest.mark.parametrize(
    ("typed", "saved"), [("1,250.50", 1250.5), ("12.", 12), ("", None), (" 7 ", 7)]
)
def test_a_target_is_saved_as_it_was_meant(
    a_list: AList, path: str, typed: str, saved: float | None
) -> None:
    a_list.send("items/LARK.SIM", note="", target_price=typed)
    assert a_list.item("LARK.SIM")["target_price"] == saved


@pytest.mark.parametrize("target", ["12,5", "x", "0", "-1", "1e400", "nan", "１２", '"><script>'])
def test_a_bad_target_is_told_and_nothing_typed_is_lost(
    a_list: AList, path: str, target: str
) -> None:
    answer = a_list.send("items/LARK.SIM", htmx=True, note="kept?", target_price=target)
    assert answer.status_code == 422
    assert 'hx-target="#item-problem"' in answer.text
    assert "The target price must be a number" in answer.text
    assert a_list.item("LARK.SIM")["note"] == ""
    page = a_list.send("items/LARK.SIM", note="kept?", target_price=target)
    assert page.status_code == 422
    assert one(page.text, "[name=target_price]").attributes["value"] == target
    assert text_of(page.text, "[name=note]") == "kept?"
    assert "must be a number" in text_of(page.text, "#item-problem")
    assert "<script>" not in page.text


def test_a_note_keeps_the_line_it_begins_with(a_list: AList, path: str) -> None:
    a_list.client.patch(
        f"/api/watchlist/LARK.SIM?watchlist={a_list.name}", json={"note": "\nsecond line"}
    )
    # HTML drops one line break after the opening tag.
    assert 'maxlength="2000">\n\nsecond line</textarea>' in a_list.client.get(path).text


def test_what_is_not_listed_has_none(a_list: AList) -> None:
    for answer in (
        a_list.client.get(f"{a_list.path}/items/GONE.SIM"),
        a_list.client.get(f"{a_list.path}/items/GONE.SIM/facts"),
        a_list.send("items/GONE.SIM", note="", target_price=""),
    ):
        assert answer.status_code == 404
        assert "not on this list any more" in answer.text
