"""The field that adds symbols: what is meant by what was typed, and what comes of it."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from stockapp.web.add_form import Meant, meant
from tests.contract.backends import SetClock
from tests.contract.embedded import open_embedded
from tests.services.searching import Searches, no_connection, yahoo_lists
from tests.tasks.workers import eventually

from .lists import AList, one, text_of

ISIN = "US0378331005"


class TestWhatIsMeant:
    @pytest.fixture
    def searches(self, tmp_path: Path) -> Iterator[Searches]:
        clock = SetClock()
        opened = Searches(open_embedded(tmp_path, clock), clock, sources=("yahoo",))
        yield opened
        opened.backends.close()

    @pytest.fixture
    def means(self, searches: Searches) -> Callable[[str], Meant]:
        return lambda typed: meant(typed, searches.search)

    @pytest.mark.parametrize(
        ("typed", "symbols"),
        [
            ("aapl", ("AAPL",)),
            (" vod.l ", ("VOD.L",)),
            ("AAPL MSFT", ("AAPL", "MSFT")),
            ("aapl, msft;brk-b", ("aapl", "msft", "brk-b")),
            ("aapl\nmsft\n", ("aapl", "msft")),
            ("7203.T 6758.T", ("7203.T", "6758.T")),
            ("apple, inc", ("apple", "inc")),
        ],
    )
    def test_symbols_are_taken_as_they_stand_and_nobody_is_asked(
        self,
        searches: Searches,
        means: Callable[[str], Meant],
        typed: str,
        symbols: tuple[str, ...],
    ) -> None:
        assert means(typed) == Meant(symbols)
        assert searches.yahoo.asked == []

    def test_a_name_is_searched_for_and_one_of_what_is_found_chosen(
        self, searches: Searches, means: Callable[[str], Meant]
    ) -> None:
        wanted = means("acme anvils")
        assert wanted.symbols == ()
        assert wanted.problem
        assert wanted.problem.detail == "Which of these is meant?"
        assert [choice.symbol for choice in wanted.problem.choices] == ["ACME", "ACMB"]
        assert searches.yahoo.asked == ["acme anvils"]

    def test_an_isin_of_one_symbol_is_that_symbol(
        self, searches: Searches, means: Callable[[str], Meant]
    ) -> None:
        searches.yahoo.say = yahoo_lists("AAPL")
        assert means(ISIN.lower()) == Meant(("AAPL",))
        assert searches.yahoo.asked == [ISIN]

    def test_an_isin_of_several_symbols_is_a_choice(self, means: Callable[[str], Meant]) -> None:
        problem = means(ISIN).problem
        assert problem and len(problem.choices) == 2

    def test_a_mistyped_isin_is_no_symbol(self, means: Callable[[str], Meant]) -> None:
        problem = means(ISIN[:-1] + "6").problem
        assert problem and "check digit is wrong" in problem.detail

    def test_a_word_that_can_be_no_symbol_is_searched_for_too(
        self, means: Callable[[str], Meant]
    ) -> None:
        problem = means("nestlé").problem
        assert problem and "outside A to Z" in problem.detail
        assert [choice.symbol for choice in problem.choices] == ["ACME", "ACMB"]

    def test_nothing_found_says_what_to_do(
        self, searches: Searches, means: Callable[[str], Meant]
    ) -> None:
        searches.yahoo.say = yahoo_lists()
        problem = means("no such company").problem
        assert problem and problem.detail.endswith("Type the symbol itself.")

    def test_a_search_that_fails_says_so(
        self, searches: Searches, means: Callable[[str], Meant]
    ) -> None:
        searches.yahoo.say = no_connection
        problem = means("acme anvils").problem
        assert problem and "Yahoo cannot be reached" in problem.detail

    def test_nothing_typed_says_what_can_be(self, means: Callable[[str], Meant]) -> None:
        problem = means(" ,; \n").problem
        assert problem and "Type a symbol such as AAPL" in problem.detail


class TestForm:
    def test_the_row_is_there_at_once_and_fills_in(self, a_list: AList) -> None:
        answer = a_list.send("items", at="?filter=a", symbol="lark.sim")
        assert answer.location == f"{a_list.path}?filter=a&done=added&what=LARK.SIM"
        assert "LARK.SIM was added." in a_list.client.get(answer.location or "").text
        assert a_list.rows() == ["LARK.SIM"]
        assert eventually(lambda: "No price yet" not in a_list.page())
        again = a_list.send("items", symbol="LARK.SIM")
        assert (again.location or "").endswith("done=there&what=LARK.SIM")

    def test_a_symbol_that_no_source_knows_is_a_row_that_says_so(self, a_list: AList) -> None:
        a_list.send("items", symbol="NOPE.SIM")
        assert eventually(lambda: "unknown symbol" in a_list.page())
        assert "No source knows it" in a_list.page()

    def test_many_are_added_in_their_order(self, a_list: AList) -> None:
        answer = a_list.send("items", symbol="QUIL.SIM, lark.sim\nBRAM.SIM;LARK.SIM")
        assert (answer.location or "").endswith("done=added-many&what=3")
        assert a_list.symbols() == ["QUIL.SIM", "LARK.SIM", "BRAM.SIM"]
        again = a_list.send("items", symbol="LARK.SIM BRAM.SIM")
        assert (again.location or "").endswith("done=all-there")

    def test_what_of_many_cannot_be_added_stays_in_the_field_with_the_reason(
        self, a_list: AList
    ) -> None:
        for htmx, good in ((False, "LARK.SIM"), (True, "QUIL.SIM")):
            typed = f"{good}, n[1], {ISIN}, b|c, d|e"
            answer = a_list.send("items", htmx=htmx, symbol=typed)
            assert answer.status_code == 200
            left = one(answer.text, "#add-symbol").attributes["value"]
            assert left == f"n[1], {ISIN}, b|c, d|e"
            why = text_of(answer.text, "#add-problem")
            assert "n[1]: The symbol may hold" in why
            assert "is an ISIN, not a symbol" in why
            assert why.endswith("And 1 more.")
        assert a_list.symbols() == ["LARK.SIM", "QUIL.SIM"]

    def test_a_name_is_answered_with_choices_and_one_of_them_is_added(self, a_list: AList) -> None:
        answer = a_list.send("items", symbol="kitsunami motors")
        assert answer.status_code == 422
        assert one(answer.text, "#add-symbol").attributes["value"] == "kitsunami motors"
        assert one(answer.text, 'button[name="choice"]').attributes["value"] == "KITS.SIM"
        a_list.send("items", symbol="kitsunami motors", choice="KITS.SIM")
        assert a_list.symbols() == ["KITS.SIM"]

    @pytest.mark.parametrize("typed", ["nestlé", '"><script>x</script>', "a\u202eb"])
    def test_what_can_be_no_symbol_is_told_and_stays_in_the_field(
        self, a_list: AList, typed: str
    ) -> None:
        for htmx in (False, True):
            answer = a_list.send("items", htmx=htmx, symbol=typed)
            assert answer.status_code == 422
            assert "<script>" not in answer.text
            field = one(answer.text, "#add-symbol")
            assert field.attributes["value"] == typed
            assert field.attributes["aria-invalid"] == "true"
        assert a_list.symbols() == []

    def test_a_script_gets_the_row_and_an_empty_field(self, a_list: AList) -> None:
        answer = a_list.send("items", htmx=True, symbol=" lark.sim")
        targets = re.findall(r'<hx-partial hx-target="([^"]+)"', answer.text)
        assert targets[0] == "#status" and targets[-1] == "#add"
        assert "#watchlist" in targets
        assert 'id="row-LARK_2eSIM"' in answer.text
        assert json.loads(answer.headers["HX-Trigger"]) == {
            "stockapp:added": {"typed": " lark.sim", "left": ""}
        }

    def test_what_has_no_room_is_told_and_none_of_it_added(
        self, new_app: Callable[..., Flask]
    ) -> None:
        client = new_app(sample="none", max_symbols=2).test_client()
        a_list = AList(client, "default")
        for typed, why in (
            ("A.SIM B.SIM C.SIM", "3 symbols are too many"),
            ("A.SIM", ""),
            ("B.SIM C.SIM", "only 1 more fit"),
        ):
            answer = a_list.send("items", symbol=typed)
            assert why in answer.text
        assert a_list.symbols() == ["A.SIM"]
