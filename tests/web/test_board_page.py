"""The page of a list: what it shows at once, and what its address says."""

from collections.abc import Callable
from html import escape
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.tasks.workers import eventually

from .lists import HTMX, AList, one, text_of

HOSTILE = '"><script>x</script>'


def test_looking_at_a_list_fetches_what_is_due_behind_it(client: FlaskClient) -> None:
    assert "No price yet" in client.get("/").text
    assert eventually(lambda: "12 updated" in client.get("/").text)
    assert "No price yet" not in client.get("/").text
    tasks = client.get("/api/tasks?kind=live_prices").get_json()["tasks"]
    assert len(tasks) == 1, "fresh prices are not fetched again"


def test_a_price_that_is_known_is_in_the_page_as_it_comes(a_list: AList) -> None:
    a_list.add("LARK.SIM")
    assert eventually(lambda: "No price yet" not in a_list.page())
    row = one(a_list.tree(), "#row-LARK_2eSIM")
    assert text_of(row, ".amount")
    assert "Simulated exchange" in text_of(row, "td.age")


def test_a_refresh_that_was_cancelled_is_not_begun_anew_by_looking(
    new_app: Callable[..., Flask],
) -> None:
    client = new_app(simulated_latency_ms=20_000).test_client()
    client.get("/")
    (task,) = client.get("/api/tasks?kind=live_prices").get_json()["tasks"]
    answer = client.post(
        f"/tasks/{task['id']}/cancel",
        follow_redirects=True,
        headers={"Referer": "http://localhost/"},
    )
    assert "Cancelled." in answer.get_data(as_text=True)
    client.get("/")
    tasks = client.get("/api/tasks?kind=live_prices").get_json()["tasks"]
    assert [task["status"] for task in tasks] == ["cancelled"]


def test_the_first_list_has_one_address(reader: FlaskClient) -> None:
    assert reader.get("/").status_code == 200
    answer = reader.get("/lists/default?sort=price&filter=a%20b")
    assert (answer.status_code, answer.location) == (303, "/?sort=price&filter=a%20b")


def test_a_list_that_does_not_exist_is_said_so_wherever_it_is_named(a_list: AList) -> None:
    nowhere = AList(a_list.client, "nowhere")
    for path in ("", "/import", "/items/AAPL", "/live"):
        answer = a_list.client.get(f"/lists/nowhere{path}", headers=HTMX)
        assert answer.status_code == 404, path
    for form in (
        *("items", "refresh", "analyze", "picked", "place", "sort", "columns", "live", "undo"),
        *("rename", "delete", "simulated", "samples/remove", "import", "import/confirm"),
        *("items/AAPL", "items/AAPL/remove"),
    ):
        answer = nowhere.send(form, symbol="LARK.SIM", title="T", text="AAPL")
        assert answer.status_code == 404, form
        assert "That did not work" in answer.text
    assert "no watchlist of that name" in a_list.client.get("/lists/nowhere").text


def test_the_address_says_the_order(a_list: AList) -> None:
    a_list.add("QUIL.SIM", "BRAM.SIM", "WREN.SIM")
    assert a_list.rows() == ["QUIL.SIM", "BRAM.SIM", "WREN.SIM"]
    assert a_list.rows("?sort=symbol") == ["BRAM.SIM", "QUIL.SIM", "WREN.SIM"]
    assert a_list.rows("?sort=symbol&dir=desc") == ["WREN.SIM", "QUIL.SIM", "BRAM.SIM"]
    assert 'aria-sort="descending"' in a_list.page("?sort=symbol&dir=desc")
    assert "aria-sort" not in a_list.page("?sort=nonsense")


def test_the_address_says_the_columns(a_list: AList) -> None:
    a_list.add("LARK.SIM")
    tree = a_list.tree("?columns=note.price.nonsense")
    heads = [" ".join(head.text().split()) for head in tree.css("thead th")]
    assert heads == ["Symbol", "Note", "Price", "Age", "Details and removal"]
    stream = str(one(tree, "#live").attributes["hx-sse:connect"])
    assert "columns=note.price.age" in stream


def test_the_address_says_the_filter(a_list: AList) -> None:
    a_list.add("QUIL.SIM", "BRAM.SIM")
    a_list.client.patch(
        f"/api/watchlist/QUIL.SIM?watchlist={a_list.name}", json={"note": "Café crème"}
    )
    assert a_list.rows("?filter=CAFE+creme") == ["QUIL.SIM"]
    tree = a_list.tree("?filter=nothing+like+it")
    assert text_of(tree, "#none-match:not([hidden])") == "No row matches the filter. Show all rows"
    assert one(tree, "#filter-text").attributes["value"] == "nothing like it"


def test_the_address_says_whose_details_are_open(a_list: AList) -> None:
    a_list.add("LARK.SIM")
    assert text_of(a_list.tree("?item=LARK.SIM"), "#item:not([hidden]) h2 .ticker") == "LARK.SIM"
    for query in ("", "?item=GONE.SIM", "?item=%00"):
        assert a_list.tree(query).css_first("#item[hidden]") is not None


def test_all_lists_are_one_click_away(a_list: AList) -> None:
    a_list.add("LARK.SIM")
    (here,) = a_list.tree().css('#lists-all a[aria-current="page"]')
    assert here.attributes["href"] == a_list.path
    assert " ".join(here.text().split()).endswith("1 symbol")
    assert a_list.tree().css_first('#lists-all a[href="/"]') is not None


@pytest.mark.parametrize("title", [HOSTILE, "قائمة الأسهم", "{{ 7 * 7 }}", "&amp; <b>"])
def test_a_list_may_be_called_anything(a_list: AList, title: str) -> None:
    a_list.add("LARK.SIM")
    a_list.client.patch(f"/api/watchlists/{a_list.name}", json={"title": title})
    for address in ("", "/import", "/items/LARK.SIM"):
        html = a_list.client.get(a_list.path + address).text
        assert f"<bdi>{escape(title)}</bdi>" in html.replace("&#34;", "&quot;")
        assert "<script>" not in html


def test_what_an_address_says_cannot_become_markup(a_list: AList) -> None:
    a_list.add("LARK.SIM")
    word = quote(HOSTILE)
    html = a_list.page(
        f"?filter={word}&undo={word}&done=removed&what={word}&item={word}&sort={word}&columns={word}"
    )
    assert "<script>" not in html
    assert "<script>" not in a_list.page(f"?done=removed&what=LARK.SIM&undo={word}")


def test_an_address_cannot_make_the_page_say_anything(a_list: AList) -> None:
    assert text_of(a_list.tree("?done=removed&what=AAPL&undo=t"), "#status span") == (
        "AAPL was removed."
    )
    assert a_list.tree("?done=removed&what=Call+555+now!&undo=t").css("#status *") == []
    assert a_list.tree("?done=nonsense&what=AAPL").css("#status *") == []


def test_an_error_is_told_within_the_page_to_htmx_and_as_a_page_to_others(a_list: AList) -> None:
    answer = a_list.send("picked", htmx=True)
    assert answer.status_code == 422
    assert 'hx-target="#status"' in answer.text
    assert 'class="status error"' in answer.text
    assert "Pick rows first" in answer.text
    answer = a_list.send("picked")
    assert answer.status_code == 422
    assert "<h1>That did not work</h1>" in answer.text


def test_answers_to_scripts_say_up_to_which_event_they_are_true(a_list: AList) -> None:
    a_list.add("LARK.SIM")
    before = a_list.client.get("/api/watchlist/cached").get_json()["event_id"]
    saved = a_list.send("items/LARK.SIM", htmx=True, note="x", target_price="")
    removed = a_list.send("items/LARK.SIM/remove", htmx=True)
    told = [int(answer.headers["Stockapp-As-Of"]) for answer in (saved, removed)]
    assert before < told[0] < told[1]


def test_pages_are_not_kept_by_caches(a_list: AList) -> None:
    assert a_list.client.get(a_list.path).headers["Cache-Control"] == "no-store"
