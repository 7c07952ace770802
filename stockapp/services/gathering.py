"""Gathering all that an analysis is made from: the sources are asked beside each other."""

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from datetime import datetime

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.company import PRICE_ONLY, Company, SecurityType
from stockapp.domain.research import Part
from stockapp.domain.statement import Statement
from stockapp.domain.task import ItemState
from stockapp.fetching.course import OnCancel
from stockapp.ports import Executor
from stockapp.services import origins
from stockapp.services.findings import Findings, Held
from stockapp.services.gathered import (
    STATEMENTS,
    Gathered,
    Rules,
    fx_symbol,
    has_statements,
)
from stockapp.services.milestone import Milestone
from stockapp.services.price_lookup import PriceLookup
from stockapp.services.quotes import Known, Quotes
from stockapp.services.stages import STAGE_OF, Origin, Stage, Watcher

# How often one looks whether to stop while others are being waited for.
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Means:
    """What gathering is done with."""

    findings: Findings
    prices: PriceLookup
    quotes: Quotes
    executor: Executor
    rules: Rules


class Gatherer:
    """One worker's; keeps nothing itself."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def held(self, symbol: str) -> Gathered:
        """What there is in the cache, fresh or old; asks nobody."""
        rules = self._means.rules
        parts = self._parts(symbol, list(Part))
        rate, benchmark = rules.risk_free_of(symbol), rules.benchmark_of(symbol)
        known = self._quotes([symbol, rate])
        fx = _needed_fx(symbol, known[symbol], parts)
        return Gathered(
            symbol,
            known[symbol],
            parts,
            known[rate],
            self._quotes([fx])[fx] if fx else None,
            self._parts(benchmark, [Part.HISTORY])[Part.HISTORY],
        )

    # What seems to be missing is looked up once more: another worker may have it since a moment
    # ago, and an analysis must not be computed without it.

    def _parts(self, symbol: str, wanted: list[Part]) -> dict[Part, Held]:
        findings = self._means.findings
        parts = findings.known(symbol, wanted)
        lacking = [part for part, held in parts.items() if held.finding is None]
        if lacking:
            findings.forget(symbol, lacking)
            parts |= findings.known(symbol, lacking)
        return parts

    def _quotes(self, symbols: list[str]) -> dict[str, Known]:
        quotes = self._means.quotes
        known = quotes.known(symbols)
        lacking = [symbol for symbol, told in known.items() if told.quote is None]
        if lacking:
            quotes.forget(lacking)
            known |= quotes.known(lacking)
        return known

    def gather(
        self, symbol: str, since: datetime | None, watcher: Watcher, on_cancel: OnCancel
    ) -> Gathered | None:
        """Ask for all that is not fresh, or older than `since`; None when stopped."""
        work = _Work(self._means, symbol, since, watcher, on_cancel)
        return self.held(symbol) if work.go() else None


class _Work:
    """One gathering."""

    def __init__(
        self,
        means: Means,
        symbol: str,
        since: datetime | None,
        watcher: Watcher,
        on_cancel: OnCancel,
    ) -> None:
        self._means = means
        self._symbol = symbol
        self._since = since
        self._watcher = watcher
        self._on_cancel = on_cancel
        self._priced, self._profiled = Milestone(), Milestone()

    def go(self) -> bool:
        """Whether it came to its end, and was not stopped."""
        start = self._means.executor.submit
        self._watcher.begun(Stage.RATES)
        slow = [start(self._benchmark), start(self._part, Part.HISTORY)]
        needed = [start(self._price), start(self._risk_free)]
        needed += [start(self._part, part) for part in (Part.PROFILE, *STATEMENTS)]
        # The exchange rate hangs on what the statements are in.
        return self._wait(needed) and self._wait([start(self._rates)]) and self._wait(slow)

    def _wait(self, futures: "list[Future[None]]") -> bool:
        pending = set(futures)
        while pending:
            done, pending = wait(pending, _LOOK_SECONDS, FIRST_COMPLETED)
            if self._watcher.stopped():
                return False
            for future in done:
                future.result()
        return True

    def _quotes(self, symbols: list[str]) -> dict[str, Known]:
        return self._means.prices.obtain(
            symbols,
            since=self._since,
            stopped=self._watcher.stopped,
            on_cancel=self._on_cancel,
        )

    def _price(self) -> None:
        self._watcher.begun(Stage.PRICE)
        try:
            self._end(origins.of_price(self._quotes([self._symbol])[self._symbol]))
        finally:
            self._priced.reach()

    def _risk_free(self) -> None:
        self._quotes([self._means.rules.risk_free_of(self._symbol)])

    def _rates(self) -> None:
        """The yield is there by now; what is asked for is the exchange rate, if one is needed."""
        price = self._means.quotes.known([self._symbol])[self._symbol]
        fx = _needed_fx(self._symbol, price, self._means.findings.known(self._symbol))
        rate = self._means.rules.risk_free_of(self._symbol)
        self._end(origins.of_rates(self._quotes([rate, fx] if fx else [rate])))

    def _part(self, part: Part) -> None:
        stage = STAGE_OF[part]
        self._watcher.begun(stage)
        if part in STATEMENTS and not has_statements(self._symbol):
            note = f"{self._symbol} is no company: it has no statements."
            self._end(Origin(stage, ItemState.OK, note=note))
            return
        try:
            held = self._obtain(part, self._symbol, stage, lambda: self._pointless(part))
            self._end(self._origin(part, held))
        finally:
            if part is Part.PROFILE:
                self._profiled.reach()

    def _origin(self, part: Part, held: Held) -> Origin:
        """How the part came out; that a fund has no statements is no failure."""
        if held.finding is None and part in STATEMENTS and (kind := self._no_company()):
            note = f"{self._symbol} is no company ({kind}): it has no statements."
            return Origin(STAGE_OF[part], ItemState.OK, note=note, attempts=held.attempts)
        return origins.of_part(held)

    def _no_company(self) -> SecurityType | None:
        """What the profile says that it is, if that is no company."""
        self._profiled.wait(self._watcher.stopped)
        profile = self._means.findings.known(self._symbol, [Part.PROFILE])[Part.PROFILE].finding
        kind = profile.security_type if isinstance(profile, Company) else None
        return kind if kind in PRICE_ONLY else None

    def _pointless(self, part: Part) -> Failure | None:
        """Why no further source need be asked, as their requests are few.

        What no source of prices knows has no accounts either, and a fund has none.
        """
        self._priced.wait(self._watcher.stopped)
        price = self._means.quotes.known([self._symbol])[self._symbol]
        error = price.report.error if price.report else None
        if price.quote is None and error and error.reason is Reason.NOT_FOUND:
            return Failure(
                Reason.NOT_FOUND, f"Not asked: no source of prices knows {self._symbol}."
            )
        if part not in STATEMENTS:
            return None
        if kind := self._no_company():
            detail = f"Not asked: {self._symbol} is no company ({kind})."
            return Failure(Reason.UNSUPPORTED_SYMBOL, detail)
        return None

    def _benchmark(self) -> None:
        benchmark = self._means.rules.benchmark_of(self._symbol)
        if benchmark != self._symbol:
            self._obtain(Part.HISTORY, benchmark, Stage.HISTORY, lambda: None)

    def _obtain(
        self, part: Part, symbol: str, stage: Stage, pointless: Callable[[], Failure | None]
    ) -> Held:
        return self._means.findings.obtain(
            part,
            symbol,
            since=self._since,
            tell=lambda source: self._watcher.asking(stage, source),
            stopped=self._watcher.stopped,
            pointless=pointless,
        )

    def _end(self, origin: Origin) -> None:
        if not self._watcher.stopped():
            self._watcher.ended(origin)


def _needed_fx(symbol: str, price: Known, parts: Mapping[Part, Held]) -> str | None:
    profile = parts[Part.PROFILE].finding
    found = [parts[part].finding for part in STATEMENTS]
    company = profile if isinstance(profile, Company) else None
    return fx_symbol(symbol, price, company, [s for s in found if isinstance(s, Statement)])
