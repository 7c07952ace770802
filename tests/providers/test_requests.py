"""Which requests are made for which symbols."""

import threading
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import unquote

import pytest

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.fetching.course import Rules
from stockapp.fetching.lane import Lane
from stockapp.fetching.latency import LateBounds
from stockapp.fetching.news import Fetched, News
from stockapp.fetching.race import Race
from stockapp.providers.base import Answer, Request
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.provider import Simulated, answer_body
from stockapp.providers.yahoo.provider import Yahoo
from stockapp.tasks.cancellation import CancelToken

from ..fetching.scripted import RealClock, Threads, gatekeepers
from .yahoo_answers import NOW, answer, chart_answer, error_answer, meta, quote_answer, row

CHART = "/v8/finance/chart/"


def symbols_of(request: Request) -> list[str]:
    if CHART in request.url:
        return [unquote(request.url.split(CHART)[1])]
    return request.params["symbols"].split(",")


def kind_of(request: Request) -> str:
    if request.url.startswith("simulated:"):
        return "simulated"
    return next((kind for kind in ("chart", "spark", "summary") if kind in request.url), "quote")


class Recorder:
    """A network that keeps what it is asked; the batch answers leave out the `rare` symbols."""

    def __init__(self, rare: Sequence[str] = (), unknown: Sequence[str] = ()) -> None:
        self.requests: list[Request] = []
        self._rare = {*rare, *unknown}
        self._unknown = set(unknown)
        self._exchange = Exchange(7)
        self._lock = threading.Lock()

    def asked(self, kind: str) -> list[list[str]]:
        return [symbols_of(request) for request in self.requests if kind_of(request) == kind]

    def prepare(self) -> None:
        """Always ready."""

    def send(self, request: Request, timeout_seconds: float) -> Answer:
        with self._lock:
            self.requests.append(request)
        symbols = symbols_of(request)
        if kind_of(request) == "simulated":
            return Answer(200, {}, answer_body(self._exchange, symbols, NOW), NOW)
        if kind_of(request) == "spark":
            return answer({})
        if kind_of(request) == "summary":
            return error_answer(404, "quoteSummary", "Not Found", "Quote not found")
        if kind_of(request) == "quote":
            return quote_answer(*(row(symbol) for symbol in symbols if symbol not in self._rare))
        if symbols[0] in self._unknown:
            return error_answer(404, "chart", "Not Found", "No data found")
        return chart_answer(meta(symbols[0]))


Fetch = Callable[[Recorder, Sequence[str]], dict[str, Fetched]]


@pytest.fixture
def fetch() -> Iterator[Fetch]:
    threads = Threads()

    def run(network: Recorder, symbols: Sequence[str]) -> dict[str, Fetched]:
        clock = RealClock()
        keepers = gatekeepers()
        lanes = [
            Lane(provider, method, network, clock, keepers, LateBounds(20, 20))
            for provider in (Simulated(), Yahoo(4))
            for method in provider.methods
        ]
        fetched: dict[str, Fetched] = {}

        def listen(news: News) -> None:
            fetched.update({entry.symbol: entry for entry in news.fetched})

        race = Race(lanes, threads, clock, keepers, Rules(30, 60))
        race.run(symbols, listen, CancelToken().on_cancel)
        return fetched

    yield run
    threads.close()


def test_many_symbols_go_out_in_batches_of_at_most_fifty_and_each_but_once(fetch: Fetch) -> None:
    network, symbols = Recorder(), [f"S{n}" for n in range(120)]
    fetched = fetch(network, symbols)
    assert sorted(map(len, network.asked("quote"))) == [20, 50, 50]
    assert sorted(s for batch in network.asked("quote") for s in batch) == sorted(symbols)
    assert network.asked("chart") == []
    assert all(entry.quote and entry.quote.method == "quote" for entry in fetched.values())


def test_fifty_symbols_are_one_request(fetch: Fetch) -> None:
    network = Recorder()
    fetch(network, [f"S{n}" for n in range(50)])
    assert len(network.requests) == 1


def test_only_what_a_batch_did_not_give_is_asked_for_one_by_one(fetch: Fetch) -> None:
    network = Recorder(rare=["^RARE", "B=X"], unknown=["NOPE"])
    fetched = fetch(network, ["ACME", "^RARE", "B=X", "NOPE"])
    assert network.asked("quote") == [["ACME", "^RARE", "B=X", "NOPE"]]
    assert sorted(network.asked("chart")) == [["B=X"], ["NOPE"], ["^RARE"]]
    methods = {s: e.quote.method if e.quote else None for s, e in fetched.items()}
    assert methods == {"ACME": "quote", "^RARE": "chart", "B=X": "chart", "NOPE": None}
    error = fetched["NOPE"].error
    assert error and error.reason is Reason.NOT_FOUND


def test_simulated_symbols_never_leave_the_house_and_no_others_stay_in_it(fetch: Fetch) -> None:
    network = Recorder()
    fetched = fetch(network, ["LARK.SIM", "ACME", "NOPE.SIM"])
    assert network.asked("simulated") == [["LARK.SIM", "NOPE.SIM"]]
    assert network.asked("quote") == [["ACME"]]
    assert network.asked("chart") == []
    sources = {s: e.quote.source if e.quote else None for s, e in fetched.items()}
    assert sources == {"LARK.SIM": "simulated", "ACME": "yahoo", "NOPE.SIM": None}
    error = fetched["NOPE.SIM"].error
    assert error and error.reason is Reason.NOT_FOUND


def test_where_only_the_simulated_exchange_is_asked_other_symbols_cost_no_request() -> None:
    network, clock, threads = Recorder(), RealClock(), Threads()
    simulated = Simulated()
    keepers = gatekeepers()
    bounds = LateBounds(20, 20)
    lanes = [Lane(simulated, m, network, clock, keepers, bounds) for m in simulated.methods]
    told: list[Fetched] = []
    race = Race(lanes, threads, clock, keepers, Rules(30, 60))
    race.run(["ACME", "SIM", "VOD.L"], lambda n: told.extend(n.fetched), CancelToken().on_cancel)
    threads.close()
    assert {entry.symbol for entry in told} == {"ACME", "SIM", "VOD.L"}
    assert {entry.error.reason for entry in told if entry.error} == {Reason.UNSUPPORTED_SYMBOL}
    assert network.requests == []


@pytest.mark.parametrize(
    ("symbol", "spelt"),
    [
        ("BRK-B", "BRK-B"),
        ("VOD.L", "VOD.L"),
        ("^GSPC", "%5EGSPC"),
        ("EURUSD=X", "EURUSD%3DX"),
        ("M&M.NS", "M%26M.NS"),
    ],
)
def test_a_symbol_is_spelt_so_that_an_address_can_hold_it(symbol: str, spelt: str) -> None:
    request = Yahoo(4).request("chart", [symbol])
    assert request.url.endswith(CHART + spelt)
    assert symbols_of(request) == [symbol]


@pytest.mark.parametrize(("wanted", "charts"), [(1, 1), (8, 8), (30, 8)])
def test_single_symbols_are_asked_for_eight_at_a_time_at_most(wanted: int, charts: int) -> None:
    batch, spark, *singles = Yahoo(wanted).methods
    assert (batch.name, batch.batch_size, batch.concurrency) == ("quote", 50, wanted)
    assert (spark.name, spark.batch_size, spark.concurrency) == ("spark", 20, wanted)
    assert [single.name for single in singles] == ["chart", "summary", "page"]
    assert all(single.batch_size == 1 and single.concurrency <= charts for single in singles)


def test_no_request_names_a_header_or_a_secret_of_its_own() -> None:
    for method in Yahoo(4).methods:
        request = Yahoo(4).request(method.name, ["ACME"])
        assert set(request.headers) <= {"Accept"}
        assert "crumb" not in request.params


@pytest.mark.parametrize("method", ["quote", "chart"])
def test_the_quote_says_by_which_method_it_came(method: str) -> None:
    found = {"quote": quote_answer(row()), "chart": chart_answer(meta())}[method]
    outcome = Yahoo(4).parse(method, ["ACME"], found)["ACME"]
    assert isinstance(outcome, Quote)
    assert (outcome.source, outcome.method) == ("yahoo", method)
    failed = Yahoo(4).parse(method, ["ACME"], answer(b"", 429))["ACME"]
    assert isinstance(failed, Failure)
