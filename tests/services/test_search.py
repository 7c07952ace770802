"""What a search finds: here, at the sources, and when these fail."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from stockapp.domain.attempt import Outcome, Reason
from stockapp.domain.quote import Quote
from stockapp.fetching.news import Fetched
from tests.contract.backends import SetClock
from tests.contract.embedded import open_embedded

from .searching import Searches, no_connection, says, yahoo_lists

TOO_MANY = says(b"Edge: Too Many Requests", 429)
NewSearches = Callable[..., Searches]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def new_searches(tmp_path: Path, clock: SetClock) -> Iterator[NewSearches]:
    """Opens one worker's."""
    opened: list[Searches] = []

    def make(**options: Any) -> Searches:
        opened.append(Searches(open_embedded(tmp_path, clock), clock, **options))
        return opened[-1]

    yield make
    for searches in opened:
        searches.yahoo.gate.set()
        searches.fmp.gate.set()
        searches.backends.close()


@pytest.fixture
def searches(new_searches: NewSearches) -> Searches:
    return new_searches()


def quoted(searches: Searches, symbol: str, currency: str) -> None:
    now = searches.clock.now()
    quote = Quote(symbol, 2.5, currency, now, "yahoo", "quote", now, exchange="Nowhere")
    fetched = searches.profiles.complete([Fetched(symbol, quote, None, ())])
    searches.quotes.store(fetched)


class TestWhatIsTyped:
    def test_is_searched_for_without_needless_blanks(self, searches: Searches) -> None:
        found = searches.find("  Acme \t\x00 Anvils\n")
        assert found.query == "Acme Anvils"
        assert searches.yahoo.asked == ["Acme Anvils"]

    @pytest.mark.parametrize("text", ["", "  \n", "\u202e\u200b"])
    def test_that_is_empty_finds_nothing(self, searches: Searches, text: str) -> None:
        found = searches.find(text)
        assert (found.query, list(found.listings), found.problem) == ("", [], None)
        assert searches.yahoo.asked == []

    def test_that_is_too_long_is_told_so(self, searches: Searches) -> None:
        found = searches.find("x" * 61)
        assert found.problem and "longer than 60 characters" in found.problem
        assert searches.yahoo.asked == []

    def test_as_a_symbol_of_the_simulated_exchange_leaves_this_machine_never(
        self, searches: Searches
    ) -> None:
        assert searches.symbols("lark.sim") == ["LARK.SIM"]
        assert searches.yahoo.asked == []

    def test_as_an_isin_is_asked_for_exactly(self, searches: Searches) -> None:
        assert searches.symbols("us0378 331005") == ["ACME", "ACMB"]
        assert searches.yahoo.asked == ["US0378331005"]

    def test_as_an_isin_with_a_slip_is_told_and_nobody_is_asked(self, searches: Searches) -> None:
        found = searches.find("US0378331006")
        assert found.problem and "a digit may be mistyped" in found.problem
        assert not found.listings
        assert searches.yahoo.asked == []


class TestTheOrder:
    def test_what_is_on_the_list_comes_first_then_sources_then_invented_companies(
        self, searches: Searches
    ) -> None:
        searches.watch("ZZZ", "Société Larkin")
        searches.watch("ACMB")
        searches.watch("LARKS")
        searches.watch("OTHER", "Something else")
        found = searches.find("lark")
        assert [one.symbol for one in found.listings] == [
            "LARKS",
            "ZZZ",
            "ACMB",
            "ACME",
            "LARK.SIM",
        ]
        assert found.listed == {"LARKS", "ZZZ", "ACMB"}
        assert [one.source for one in found.listings[:3]] == ["watchlist", "watchlist", "yahoo"]

    def test_accents_and_case_do_not_matter_and_any_word_counts(self, searches: Searches) -> None:
        searches.watch("SOC", "Société Générale")
        assert searches.symbols("GENERALE")[0] == "SOC"
        assert searches.symbols("iété")[0] != "SOC"

    def test_the_limit_keeps_room_for_invented_companies(self, searches: Searches) -> None:
        searches.yahoo.say = yahoo_lists(*(f"BANK{n}" for n in range(20)))
        found = searches.symbols("bank", limit=5)
        assert found == ["BANK0", "BANK1", "BANK2", "HOLM.SIM", "MARL.SIM"]
        assert len(searches.symbols("bank", limit=1)) == 1


class TestTheCurrency:
    def test_is_that_known_of_the_symbol_and_never_guessed(self, searches: Searches) -> None:
        quoted(searches, "ACME", "GBp")
        first, second = searches.find("acm").listings
        assert (first.symbol, first.currency) == ("ACME", "GBp")
        assert (second.symbol, second.currency) == ("ACMB", None)

    def test_of_what_is_on_the_list_comes_from_its_quote(self, searches: Searches) -> None:
        searches.yahoo.say = yahoo_lists()
        searches.watch("VOD.L", "Vodka")
        quoted(searches, "VOD.L", "GBp")
        (found,) = searches.find("vod").listings
        assert (found.name, found.exchange, found.currency) == ("Vodka", "Nowhere", "GBp")


class TestAgain:
    def test_within_a_day_nobody_is_asked_and_the_age_is_told(
        self, searches: Searches, clock: SetClock
    ) -> None:
        first = searches.find("Acme")
        clock.advance(3_600)
        again = searches.find(" ACME ")
        assert (first.cached, again.cached, again.age) == (False, True, 3_600)
        assert again.listings == first.listings and again.attempts == first.attempts
        assert searches.yahoo.asked == ["Acme"]

    def test_after_a_day_it_is_asked_anew(self, searches: Searches, clock: SetClock) -> None:
        searches.find("acme")
        clock.advance(86_401)
        searches.yahoo.say = yahoo_lists("NEW")
        found = searches.find("acme")
        assert [one.symbol for one in found.listings] == ["NEW"]
        assert not found.cached

    def test_what_was_found_earlier_stays_for_a_week_when_sources_fail(
        self, searches: Searches, clock: SetClock
    ) -> None:
        searches.find("acme")
        searches.yahoo.say = no_connection
        clock.advance(6 * 86_400)
        found = searches.find("acme")
        assert [one.symbol for one in found.listings] == ["ACME", "ACMB"]
        assert found.problem == "Yahoo cannot be reached; what is shown was found earlier."
        assert found.cached and found.age == 6 * 86_400
        clock.advance(86_400)
        assert not searches.find("acme").listings


class TestASourceThatFails:
    def test_never_hides_what_is_known_here(self, searches: Searches) -> None:
        searches.yahoo.say = TOO_MANY
        searches.watch("LARKS")
        found = searches.find("lark")
        assert [one.symbol for one in found.listings] == ["LARKS", "LARK.SIM"]
        expected = "Yahoo limits our requests at present; type the symbol itself."
        assert found.problem == expected
        assert [(a.source, a.outcome, a.reason) for a in found.attempts] == [
            ("yahoo", Outcome.FAILED, Reason.RATE_LIMITED),
            ("fmp", Outcome.SKIPPED, Reason.NOT_CONFIGURED),
        ]

    def test_is_asked_no_more_by_any_text_while_its_breaker_is_open(
        self, searches: Searches
    ) -> None:
        searches.yahoo.say = TOO_MANY
        searches.find("lark")
        found = searches.find("other")
        assert searches.yahoo.asked == ["lark"]
        assert found.problem == (
            "Yahoo failed lately and is not asked for a while; type the symbol itself."
        )

    def test_rests_for_a_quarter_of_a_minute_for_the_same_text(
        self, searches: Searches, clock: SetClock
    ) -> None:
        searches.yahoo.say = no_connection
        first = searches.find("acme")
        clock.advance(14)
        again = searches.find("acme")
        assert again.attempts == first.attempts and not again.cached
        assert len(searches.yahoo.asked) == 1
        clock.advance(2)
        searches.yahoo.say = yahoo_lists("ACME")
        assert searches.find("acme").problem is None
        assert searches.symbols("acme") == ["ACME"]

    def test_gives_way_to_the_next_one_with_a_key(self, new_searches: NewSearches) -> None:
        searches = new_searches(fmp_key="key-of-fmp")
        assert searches.symbols("acme") == ["ACME", "ACMB"]
        assert searches.fmp.asked == []
        searches.yahoo.say = no_connection
        found = searches.find("anvil")
        assert [(one.symbol, one.currency) for one in found.listings] == [("ACME.L", "GBp")]
        assert found.problem is None
        assert [(a.source, a.method, a.outcome) for a in found.attempts] == [
            ("yahoo", "search", Outcome.FAILED),
            ("fmp", "search", Outcome.OK),
        ]
        # A second is left for it where Yahoo hangs.
        assert searches.yahoo.timeouts[0] == pytest.approx(1.8)

    def test_with_few_requests_is_not_asked_for_what_one_only_begins_to_type(
        self, new_searches: NewSearches
    ) -> None:
        searches = new_searches(fmp_key="key-of-fmp")
        searches.yahoo.say = no_connection
        found = searches.find("ac")
        assert searches.fmp.asked == []
        assert found.attempts[1].outcome is Outcome.SKIPPED

    def test_never_tells_a_key(self, new_searches: NewSearches) -> None:
        searches = new_searches(fmp_key="key-of-fmp", sources=["fmp"])
        searches.fmp.say = says({"Error Message": "Invalid API KEY key-of-fmp"}, 401)
        found = searches.find("anvil")
        assert found.problem and found.problem.startswith("Financial Modeling Prep refuses")
        assert "key-of-fmp" not in repr(found)

    def test_where_none_is_in_use_that_is_told(self, new_searches: NewSearches) -> None:
        found = new_searches(sources=[]).find("lark")
        assert found.problem == "No source in use can search; type the symbol itself."
        assert [one.symbol for one in found.listings] == ["LARK.SIM"]


class TestManyWindows:
    def test_that_type_the_same_ask_once(self, searches: Searches) -> None:
        searches.yahoo.gate.clear()
        with ThreadPoolExecutor(10) as pool:
            found = [pool.submit(searches.symbols, "acme") for _ in range(10)]
            assert searches.yahoo.reached.acquire(timeout=20)
            searches.yahoo.gate.set()
            assert [one.result(20) for one in found] == [["ACME", "ACMB"]] * 10
        assert searches.yahoo.asked == ["acme"]

    def test_that_type_different_things_have_four_requests_under_way_at_most(
        self, searches: Searches
    ) -> None:
        searches.yahoo.gate.clear()
        with ThreadPoolExecutor(6) as pool:
            found = [pool.submit(searches.symbols, f"acme{n}") for n in range(6)]
            for _ in range(4):
                assert searches.yahoo.reached.acquire(timeout=20)
            assert not searches.yahoo.reached.acquire(timeout=0.2)
            searches.yahoo.gate.set()
            assert [one.result(20) for one in found] == [["ACME", "ACMB"]] * 6


class TestTheTimeLimit:
    def test_ends_the_wait_and_the_next_one_has_what_came_late(
        self, new_searches: NewSearches
    ) -> None:
        searches = new_searches(limit_seconds=0.2)
        searches.yahoo.gate.clear()
        found = searches.find("lark")
        assert [one.symbol for one in found.listings] == ["LARK.SIM"]
        assert found.problem == "The search did not answer in time; type the symbol itself."
        searches.clock.advance(1)
        searches.yahoo.gate.set()
        for _ in range(500):
            if "ACME" in searches.symbols("lark"):
                break
            threading.Event().wait(0.02)
        later = searches.find("lark")
        assert later.problem is None and later.listings[0].symbol == "ACME"
        assert searches.yahoo.asked == ["lark"]

    def test_does_not_wait_for_a_place_either(self, new_searches: NewSearches) -> None:
        searches = new_searches(limit_seconds=0.2)
        searches.yahoo.gate.clear()
        for n in range(4):
            searches.find(f"slow{n}")
        found = searches.find("lark")
        assert [one.symbol for one in found.listings] == ["LARK.SIM"]
        assert found.problem == "Many other searches are under way; type the symbol itself."
