"""The forms about how pages look, and the cookies that keep it."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from werkzeug.test import TestResponse

from stockapp.web.columns import USUAL

from .lists import HTMX, AList, one

SOME = ["price", "note", "age"]


def events(answer: TestResponse) -> dict[str, Any]:
    """What the answer tells the scripts of the page."""
    told: dict[str, Any] = json.loads(answer.headers["HX-Trigger"])
    return told


def heads(a_list: AList, query: str = "") -> list[str]:
    found = a_list.tree(query).css("thead th[scope=col]")
    return [str(head.attributes["class"]) for head in found][1:-1]


def shows(answer: TestResponse) -> dict[str, list[str]]:
    """What the stream of the page is to show from now on."""
    return parse_qs(events(answer)["stockapp:shows"]["shows"])


@pytest.fixture(autouse=True)
def _rows(a_list: AList) -> None:
    a_list.add("QUIL.SIM", "BRAM.SIM", "WREN.SIM")


class TestSorting:
    def test_the_order_stands_in_the_address_and_is_kept(self, a_list: AList) -> None:
        answer = a_list.send("sort", at="?filter=sim&sort=price&done=saved", by="symbol.desc")
        assert answer.status_code == 303
        assert answer.location == f"{a_list.path}?filter=sim&sort=symbol&dir=desc"
        assert a_list.rows() == ["WREN.SIM", "QUIL.SIM", "BRAM.SIM"]

    def test_a_head_asks_for_one_way_then_the_other_then_the_order_of_the_list(
        self, a_list: AList
    ) -> None:
        def asks(query: str) -> str:
            return str(one(a_list.tree(query), "th.symbol button.sort").attributes["value"])

        assert asks("") == "symbol.asc"
        assert asks("?sort=symbol") == "symbol.desc"
        assert asks("?sort=symbol&dir=desc") == "listed.asc"
        answer = a_list.send("sort", at="?sort=symbol&dir=desc", by="listed.asc")
        assert answer.location == a_list.path
        assert a_list.rows() == ["QUIL.SIM", "BRAM.SIM", "WREN.SIM"]

    @pytest.mark.parametrize("by", ["", "note.asc", "nonsense.desc"])
    def test_what_cannot_sort_changes_nothing(self, a_list: AList, by: str) -> None:
        a_list.send("sort", by="symbol.asc")
        a_list.send("sort", by=by)
        assert a_list.rows() == ["BRAM.SIM", "QUIL.SIM", "WREN.SIM"]

    def test_a_script_sorts_by_itself_but_for_the_order_of_the_list(self, a_list: AList) -> None:
        answer = a_list.send("sort", htmx=True, by="symbol.desc")
        assert answer.text == ""
        path = f"{a_list.path}?sort=symbol&dir=desc"
        assert events(answer) == {"stockapp:address": {"path": path}}
        listed = a_list.send("sort", htmx=True, at="?sort=symbol&dir=desc", by="listed.asc")
        assert listed.text.index("row-QUIL") < listed.text.index("row-BRAM")


class TestColumns:
    def test_an_answer_fits_the_table_that_asks_whatever_another_window_chose(
        self, a_list: AList
    ) -> None:
        a_list.send("columns", column=["note"])
        answer = a_list.client.post(
            f"/lists/{a_list.name}/items/QUIL.SIM",
            data={"note": "mine", "target_price": ""},
            headers={"HX-Request": "true", "Stockapp-Layout": "price.volume.age~listed~asc"},
        )
        text = answer.get_data(as_text=True)
        assert 'data-label="Volume"' in text
        assert 'data-label="Note"' not in text

    def test_those_that_are_ticked_are_shown_from_now_on(self, a_list: AList) -> None:
        answer = a_list.send("columns", at="?sort=change&columns=change", column=["price", "note"])
        page = f"{a_list.path}?columns=price.note.age&customise=yes"
        assert (answer.status_code, answer.location) == (303, page)
        assert heads(a_list) == SOME
        assert a_list.tree("?customise=yes").css_first("#columns[open]") is not None
        assert a_list.tree().css_first("#columns[open]") is None

    def test_a_button_moves_one_of_them(self, a_list: AList) -> None:
        a_list.send("columns", column=SOME, later="price")
        assert heads(a_list) == ["note", "price", "age"]
        a_list.send("columns", column=["note", "price", "age"], earlier="age")
        assert heads(a_list) == ["note", "age", "price"]

    def test_the_age_and_what_is_unknown_are_not_for_the_form_to_say(self, a_list: AList) -> None:
        a_list.send("columns", column=["nonsense", "price", "<b>"])
        assert heads(a_list) == ["price", "age"]
        a_list.send("columns")
        assert heads(a_list) == ["age"]

    def test_the_usual_ones_come_back(self, a_list: AList) -> None:
        a_list.send("columns", column=SOME)
        a_list.send("columns", column=SOME, usual="yes")
        assert heads(a_list) == list(USUAL.columns)

    def test_a_list_that_was_sorted_by_a_column_now_hidden_is_in_its_own_order(
        self, a_list: AList
    ) -> None:
        a_list.send("columns", column=SOME)
        a_list.send("sort", by="note.asc")
        a_list.send("columns", column=["price"])
        assert "aria-sort" not in a_list.page()

    def test_the_address_counts_before_what_was_kept(self, a_list: AList) -> None:
        a_list.send("columns", column=SOME)
        assert heads(a_list, "?columns=volume") == ["volume", "age"]
        assert heads(a_list) == SOME

    def test_another_list_keeps_its_own(self, a_list: AList) -> None:
        a_list.client.post("/lists", data={"title": f"{a_list.name} 2"})
        other = AList(a_list.client, f"{a_list.name}-2")
        other.add("LARK.SIM")
        other.send("columns", column=["volume"])
        a_list.send("columns", column=SOME)
        assert heads(other) == ["volume", "age"]
        cookie = a_list.client.get_cookie(f"layout-{a_list.name}", path=a_list.path)
        assert cookie is not None
        assert cookie.http_only
        assert cookie.same_site == "Lax"
        other.send("delete")

    def test_the_first_list_decides_for_itself_alone(self, a_list: AList) -> None:
        a_list.client.post("/lists/default/columns", data={"column": SOME})
        assert heads(a_list) == list(USUAL.columns)

    def test_a_script_gets_the_table_and_the_choice_and_asks_for_another_stream(
        self, a_list: AList
    ) -> None:
        answer = a_list.send("columns", htmx=True, at="?columns=age&filter=b", column=SOME)
        for part in ("#columns", "#watchlist"):
            assert f'hx-target="{part}"' in answer.text
        assert 'data-layout="price.note.age"' in answer.text
        assert events(answer)["stockapp:address"] == {
            "path": f"{a_list.path}?filter=b&columns=price.note.age"
        }
        assert shows(answer) == {
            "watchlist": [a_list.name],
            "columns": ["price.note.age"],
            "live": ["1"],
        }


class TestLive:
    def switch(self, a_list: AList) -> tuple[str | None, str]:
        tree = a_list.tree()
        shown = str(one(tree, "#live").attributes["data-shows"])
        return one(tree, "#live-line button").attributes["aria-checked"], shown

    def test_it_is_switched_off_and_on_in_this_browser(self, a_list: AList) -> None:
        checked, told = self.switch(a_list)
        assert checked == "true" and told.endswith("&live=1")
        answer = a_list.send("live", at="?filter=b", on="no")
        assert (answer.status_code, answer.location) == (303, f"{a_list.path}?filter=b")
        checked, told = self.switch(a_list)
        assert checked == "false" and "live" not in told
        a_list.send("live", on="yes")
        assert self.switch(a_list)[0] == "true"

    def test_a_script_gets_the_line_and_a_stream_of_the_same_columns(self, a_list: AList) -> None:
        a_list.send("columns", column=SOME)
        answer = a_list.send("live", htmx=True, on="no")
        assert "Refreshed on request only" in answer.text
        assert shows(answer) == {"watchlist": [a_list.name], "columns": ["price.note.age"]}

    def test_the_line_is_renewed(self, a_list: AList) -> None:
        told = a_list.client.get(f"{a_list.path}/live", headers=HTMX).text
        assert "while a market is open" in told
        assert a_list.client.get(f"{a_list.path}/live").location == a_list.path

    def test_undoing_keeps_the_columns_of_the_list(self, a_list: AList) -> None:
        a_list.send("columns", column=SOME)
        removed = a_list.send("items/QUIL.SIM/remove", htmx=True)
        token = removed.text.split('name="undo" value="')[1].split('"')[0]
        back = a_list.send("undo", htmx=True, undo=token)
        assert 'data-layout="price.note.age"' in back.text


class TestTheme:
    def choose(self, a_list: AList, theme: str, referer: str | None) -> TestResponse:
        headers = {"Origin": "http://localhost"}
        headers |= {} if referer is None else {"Referer": referer}
        return a_list.client.post("/theme", data={"theme": theme}, headers=headers)

    def test_colours_are_chosen_for_all_pages(self, a_list: AList) -> None:
        assert "data-theme" not in a_list.page()
        for theme in ("dark", "light"):
            answer = self.choose(a_list, theme, "http://localhost/system?range=day")
            assert (answer.status_code, answer.location) == (303, "/system?range=day")
            assert one(a_list.tree(), "html").attributes["data-theme"] == theme
            chosen = a_list.client.get("/about").text
            assert f'<option value="{theme}" selected>' in chosen

    @pytest.mark.parametrize("theme", ["", "pink", '"><script>'])
    def test_all_else_leaves_it_to_the_system(self, a_list: AList, theme: str) -> None:
        self.choose(a_list, "dark", None)
        self.choose(a_list, theme, None)
        assert "data-theme" not in a_list.page()
        a_list.client.set_cookie("theme", theme)
        assert "data-theme" not in a_list.page()

    @pytest.mark.parametrize(
        ("referer", "location"),
        [
            (None, "/"),
            ("", "/"),
            ("nonsense", "/nonsense"),
            ("http://[", "/"),
            ("https://evil.example/path?q=1", "/path?q=1"),
            ("http://localhost//evil.example/", "/evil.example/"),
            ("http://localhost/\\evil.example", "/evil.example"),
            ("http://localhost/\\/evil.example", "/evil.example"),
            ("//evil.example", "/"),
            ("javascript:alert(1)", "/alert(1)"),
        ],
    )
    def test_it_never_leads_to_another_host(
        self, a_list: AList, referer: str | None, location: str
    ) -> None:
        assert self.choose(a_list, "dark", referer).location == location


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example"])
def test_no_form_leads_back_to_another_host(a_list: AList, path: str) -> None:
    a_list.send("refresh")
    (task, *_) = a_list.client.get("/api/tasks").get_json()["tasks"]
    headers = {"Referer": f"http://localhost{path}"}
    answer = a_list.client.post(f"/tasks/{task['id']}/cancel", headers=headers)
    assert (answer.location or "").startswith("/tasks?done=")


def test_what_was_said_before_is_not_said_again(a_list: AList) -> None:
    a_list.send("refresh")
    (task, *_) = a_list.client.get("/api/tasks").get_json()["tasks"]
    told = f"http://localhost{a_list.path}?sort=symbol&done=removed&what=A&undo=token"
    answer = a_list.client.post(f"/tasks/{task['id']}/cancel", headers={"Referer": told})
    assert (answer.location or "").startswith(f"{a_list.path}?sort=symbol&done=")
    assert "undo" not in (answer.location or "")
