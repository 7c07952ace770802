"""The forms of lists and of the rows that are picked; without scripts unless a test says so."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.tasks.workers import eventually

from .lists import HTMX, AList, text_of

THREE = ("QUIL.SIM", "LARK.SIM", "BRAM.SIM")


def said(a_list: AList, location: str | None) -> str:
    """What the page says to which a form led."""
    assert location
    tree = a_list.client.get(location).text
    found = re.search(r'id="status"[^>]*>(?:<span>([^<]*)</span>)?', tree)
    assert found
    return found[1] or ""


def undo_in(html: str) -> str:
    """The token of the undo button."""
    found = re.search(r'name="undo" value="([^"]+)"', html)
    assert found, "there is nothing to undo"
    return found[1]


class TestLists:
    def test_a_new_list_is_made_and_shown(self, a_list: AList) -> None:
        answer = a_list.client.post("/lists", data={"title": "  Old  Tech "})
        assert (answer.status_code, answer.location) == (303, "/lists/old-tech")
        assert text_of(AList(a_list.client, "old-tech").tree(), "h1") == "Old Tech"
        again = a_list.client.post("/lists", data={"title": "OLD TECH"})
        assert again.status_code == 409
        assert "Choose another title" in again.text
        assert a_list.client.post("/lists", data={"title": " "}).status_code == 422
        a_list.client.post("/lists/old-tech/delete")

    def test_a_list_is_renamed_and_keeps_its_address(self, a_list: AList) -> None:
        answer = a_list.send("rename", title="Chips")
        assert answer.status_code == 303
        assert said(a_list, answer.location) == "The list was renamed."
        assert text_of(a_list.tree(), "h1") == "Chips"
        assert a_list.send("rename", title="").status_code == 422

    def test_a_list_is_deleted_and_comes_back(self, a_list: AList) -> None:
        a_list.add(*THREE)
        answer = a_list.send("delete")
        assert said(a_list, answer.location) == "The list was deleted."
        assert a_list.client.get(a_list.path).status_code == 404
        token = undo_in(a_list.client.get(answer.location or "").text)
        back = a_list.client.post("/lists/default/undo", data={"undo": token})
        assert (back.status_code, back.location) == (303, f"{a_list.path}?done=undone")
        assert a_list.symbols() == list(THREE)

    def test_a_script_is_led_to_the_list_that_came_back(self, a_list: AList) -> None:
        token = undo_in(a_list.client.get(a_list.send("delete").location or "").text)
        back = a_list.client.post("/lists/default/undo", data={"undo": token}, headers=HTMX)
        assert back.headers["HX-Redirect"] == f"{a_list.path}?done=undone"

    def test_the_first_list_stays(self, a_list: AList) -> None:
        answer = a_list.client.post("/lists/default/delete")
        assert answer.status_code == 409
        assert "always there" in answer.text
        assert "/lists/default/delete" not in a_list.client.get("/").text


class TestRemoving:
    def test_the_page_says_what_was_removed_and_takes_it_back_once(self, a_list: AList) -> None:
        a_list.add(*THREE)
        answer = a_list.send("items/LARK.SIM/remove", at="?sort=symbol&filter=sim&done=saved")
        assert answer.status_code == 303
        assert (answer.location or "").startswith(
            f"{a_list.path}?sort=symbol&filter=sim&done=removed&what=LARK.SIM&undo="
        )
        page = a_list.client.get(answer.location or "").text
        assert "LARK.SIM was removed." in page
        assert a_list.symbols() == ["QUIL.SIM", "BRAM.SIM"]
        token = undo_in(page)
        back = a_list.send("undo", undo=token)
        assert said(a_list, back.location) == "That is undone."
        assert a_list.symbols() == list(THREE), "where it was"
        again = a_list.send("undo", undo=token)
        assert again.status_code == 409
        assert "for an hour, and once" in again.text

    def test_many_are_removed_at_once_and_undone_at_once(self, a_list: AList) -> None:
        a_list.add(*THREE)
        answer = a_list.send("picked", do="remove", symbol=["QUIL.SIM", "BRAM.SIM"])
        page = a_list.client.get(answer.location or "").text
        assert "Symbols removed: 2." in page
        a_list.send("undo", undo=undo_in(page))
        assert a_list.symbols() == list(THREE)

    def test_what_is_gone_already_is_said_so_and_cannot_be_undone(self, a_list: AList) -> None:
        answer = a_list.send("picked", do="remove", symbol="LARK.SIM")
        assert said(a_list, answer.location) == "LARK.SIM was not on the list any more."
        assert "undo" not in (answer.location or "")

    def test_a_script_gets_the_rows_and_the_button(self, a_list: AList) -> None:
        a_list.add(*THREE)
        answer = a_list.send("items/LARK.SIM/remove", htmx=True)
        assert answer.status_code == 200
        assert 'hx-target="#watchlist"' in answer.text
        assert "row-LARK_2eSIM" not in answer.text
        back = a_list.send("undo", htmx=True, undo=undo_in(answer.text))
        assert 'id="row-LARK_2eSIM"' in back.text
        assert "That is undone." in back.text

    def test_what_was_removed_elsewhere_comes_back_there(self, a_list: AList) -> None:
        a_list.add(*THREE)
        token = undo_in(a_list.send("items/LARK.SIM/remove", htmx=True).text)
        back = a_list.client.post("/lists/default/undo", data={"undo": token}, headers=HTMX)
        assert back.headers["HX-Redirect"] == f"{a_list.path}?done=undone"

    @pytest.mark.parametrize("token", ["", "nonsense", "é" * 200, '"><script>'])
    def test_what_is_no_token_undoes_nothing(self, a_list: AList, token: str) -> None:
        answer = a_list.send("undo", undo=token)
        assert answer.status_code == 409
        assert "<script>" not in answer.text

    def test_all_samples_go_at_once(self, a_list: AList) -> None:
        assert "Simulated companies added: 12." in a_list.send("simulated", htmx=True).text
        again = a_list.send("simulated")
        assert said(a_list, again.location) == "All simulated companies are on the list already."
        answer = a_list.send("samples/remove")
        assert said(a_list, answer.location) == "Samples removed: 12."
        assert a_list.symbols() == []


class TestOrder:
    def test_picked_rows_go_to_another_list_with_their_notes(self, a_list: AList) -> None:
        a_list.add(*THREE)
        a_list.send("items/LARK.SIM", note="mine", target_price="7")
        a_list.client.post("/lists", data={"title": "Others"})
        others = AList(a_list.client, "others")
        assert "<option" in a_list.page(), "it can be chosen"
        answer = a_list.send("picked", do="move", symbol=["LARK.SIM", "BRAM.SIM"], to="others")
        assert said(a_list, answer.location) == "Symbols moved: 2."
        assert (a_list.symbols(), others.symbols()) == (["QUIL.SIM"], ["LARK.SIM", "BRAM.SIM"])
        assert others.item("LARK.SIM")["note"] == "mine"
        a_list.add("LARK.SIM")
        a_list.send("items/LARK.SIM", note="another", target_price="")
        stayed = a_list.send("picked", do="move", symbol="LARK.SIM", to="others")
        assert said(a_list, stayed.location).startswith("Symbols that stayed, as the other list")
        assert a_list.item("LARK.SIM")["note"] == "another"
        assert a_list.send("picked", do="move", symbol="QUIL.SIM", to="none").status_code == 404
        here = a_list.send("picked", do="move", symbol="QUIL.SIM", to=a_list.name)
        assert here.status_code == 422
        others.send("delete")

    @pytest.mark.parametrize(
        ("do", "picked", "order"),
        [
            ("up", ["C"], "ACBD"),
            ("up", ["A"], "ABCD"),
            ("down", ["B"], "ACBD"),
            ("down", ["D"], "ABCD"),
            ("up", ["D", "C"], "ACDB"),
            ("down", ["A", "B"], "CABD"),
            ("up", ["X"], "ABCD"),
        ],
    )
    def test_picked_rows_move_by_one_place(
        self, a_list: AList, do: str, picked: list[str], order: str
    ) -> None:
        a_list.add("A.SIM", "B.SIM", "C.SIM", "D.SIM")
        answer = a_list.send("picked", do=do, symbol=[f"{name}.SIM" for name in picked])
        assert said(a_list, answer.location) == "Moved."
        assert "".join(symbol[0] for symbol in a_list.symbols()) == order

    def test_rows_are_put_before_another_or_at_the_end(self, a_list: AList) -> None:
        a_list.add(*THREE)
        a_list.send("place", symbol="BRAM.SIM", before="QUIL.SIM")
        assert a_list.symbols() == ["BRAM.SIM", "QUIL.SIM", "LARK.SIM"]
        answer = a_list.send("place", htmx=True, symbol=["BRAM.SIM", "QUIL.SIM"], before="")
        assert a_list.symbols() == ["LARK.SIM", "BRAM.SIM", "QUIL.SIM"]
        assert answer.text.index("row-BRAM_2eSIM") < answer.text.index("row-QUIL_2eSIM")
        assert a_list.send("place", symbol="BRAM.SIM", before="GONE").status_code == 422


class TestWork:
    def test_a_refresh_ends_with_its_summary_and_its_reasons(self, a_list: AList) -> None:
        a_list.add("LARK.SIM", "NOPE.SIM")
        answer = a_list.send("refresh")
        assert said(a_list, answer.location) == "Refresh started."
        assert eventually(lambda: "1 updated, 1 unknown" in a_list.page())
        tree = a_list.tree()
        assert text_of(tree, "#refresh .line") == "1 updated, 1 unknown · Reasons"
        (reasons,) = tree.css("#refresh .line a")
        assert "not_found" in a_list.client.get(str(reasons.attributes["href"])).text

    def test_a_script_gets_the_bar(self, a_list: AList) -> None:
        a_list.add("LARK.SIM")
        answer = a_list.send("refresh", htmx=True)
        assert 'hx-target="#refresh"' in answer.text
        assert "Refresh started." in answer.text
        assert 'hx-target="#watchlist"' not in answer.text

    def test_a_large_refresh_is_shown_though_a_small_one_began_later(
        self, new_app: Callable[..., Flask]
    ) -> None:
        client = new_app(simulated_latency_ms=20_000).test_client()
        client.post("/lists/default/refresh")
        client.post("/lists/default/picked", data={"do": "refresh", "symbol": "LARK.SIM"})
        assert "0 of 12" in client.get("/").get_data(as_text=True)

    def test_nothing_is_begun_for_an_empty_list(self, a_list: AList) -> None:
        words = "There is nothing to do: the list is empty."
        for form in ("refresh", "analyze"):
            assert said(a_list, a_list.send(form).location) == words

    def test_picked_rows_alone_are_refreshed(self, a_list: AList) -> None:
        a_list.add(*THREE)
        assert eventually(lambda: "No price yet" not in a_list.page())
        a_list.send("picked", do="refresh", symbol=["LARK.SIM", "BRAM.SIM"])
        assert eventually(lambda: "2 updated" in a_list.page())

    def test_picked_rows_are_compared_on_their_page(self, a_list: AList) -> None:
        a_list.add(*THREE)
        path = "/compare?symbols=QUIL.SIM%2CLARK.SIM"
        two = ["QUIL.SIM", "LARK.SIM"]
        assert a_list.send("picked", do="compare", symbol=two).location == path
        answer = a_list.send("picked", htmx=True, do="compare", symbol=two)
        assert answer.headers["HX-Redirect"] == path

    def test_only_what_is_offered_is_done(self, a_list: AList) -> None:
        a_list.add(*THREE)
        for do in ("", "explode"):
            assert a_list.send("picked", do=do, symbol="LARK.SIM").status_code == 422
        assert a_list.symbols() == list(THREE)
