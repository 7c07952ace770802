"""Gathering all that an analysis is made from: the sources are asked beside each other."""

from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from datetime import datetime

from stockapp.domain.bars import Bars
from stockapp.domain.company import Company
from stockapp.domain.research import Part
from stockapp.domain.statement import Statement
from stockapp.domain.task import ItemState
from stockapp.ports import Executor
from stockapp.services.findings import Findings, Held
from stockapp.services.gathered import (
    STATEMENTS,
    Gathered,
    Rules,
    fx_symbol,
    has_statements,
)
from stockapp.services.price_lookup import OnCancel, PriceLookup
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
        self._end(_price_origin(self._quotes([self._symbol])[self._symbol]))

    def _risk_free(self) -> None:
        self._quotes([self._means.rules.risk_free_of(self._symbol)])

    def _rates(self) -> None:
        """The yield is there by now; what is asked for is the exchange rate, if one is needed."""
        price = self._means.quotes.known([self._symbol])[self._symbol]
        fx = _needed_fx(self._symbol, price, self._means.findings.known(self._symbol))
        rate = self._means.rules.risk_free_of(self._symbol)
        self._end(_rates_origin(self._quotes([rate, fx] if fx else [rate])))

    def _part(self, part: Part) -> None:
        stage = STAGE_OF[part]
        self._watcher.begun(stage)
        if part in STATEMENTS and not has_statements(self._symbol):
            note = f"{self._symbol} is no company: it has no statements."
            self._end(Origin(stage, ItemState.OK, note=note))
        else:
            self._end(_part_origin(self._obtain(part, self._symbol, stage)))

    def _benchmark(self) -> None:
        benchmark = self._means.rules.benchmark_of(self._symbol)
        if benchmark != self._symbol:
            self._obtain(Part.HISTORY, benchmark, Stage.HISTORY)

    def _obtain(self, part: Part, symbol: str, stage: Stage) -> Held:
        return self._means.findings.obtain(
            part,
            symbol,
            since=self._since,
            tell=lambda source: self._watcher.asking(stage, source),
            stopped=self._watcher.stopped,
        )

    def _end(self, origin: Origin) -> None:
        if not self._watcher.stopped():
            self._watcher.ended(origin)


def _needed_fx(symbol: str, price: Known, parts: Mapping[Part, Held]) -> str | None:
    profile = parts[Part.PROFILE].finding
    found = [parts[part].finding for part in STATEMENTS]
    company = profile if isinstance(profile, Company) else None
    return fx_symbol(symbol, price, company, [s for s in found if isinstance(s, Statement)])


def origins(gathered: Gathered) -> tuple[Origin, ...]:
    """Where what is held came from."""
    rates = [known for known in (gathered.risk_free, gathered.fx) if known]
    statements = STATEMENTS if has_statements(gathered.symbol) else ()
    parts = (Part.PROFILE, *statements, Part.HISTORY)
    return (
        _price_origin(gathered.price),
        *(_part_origin(gathered.parts[part]) for part in parts),
        _rates_origin({_symbol_of(known): known for known in rates}),
    )


def _symbol_of(known: Known) -> str:
    return known.quote.quote.symbol if known.quote else "a rate"


def _price_origin(known: Known) -> Origin:
    quote = known.quote.quote if known.quote else None
    attempts = known.report.attempts if known.report else ()
    error = known.report.error if known.report else None
    state = ItemState.FAILED if quote is None else ItemState.STALE if error else ItemState.OK
    if quote is None:
        return Origin(Stage.PRICE, state, error=error, attempts=attempts)
    note = f"{quote.price:,g} {quote.currency or 'in an unknown currency'}"
    return Origin(
        Stage.PRICE, state, quote.source, quote.method, quote.fetched_at, note, error, attempts
    )


def _rates_origin(known: Mapping[str, Known]) -> Origin:
    """Both rates as one stage; what is lacking is told."""
    told = {symbol: one.quote.quote for symbol, one in known.items() if one.quote}
    attempts = tuple(a for one in known.values() if one.report for a in one.report.attempts)
    errors = [one.report.error for one in known.values() if one.report and one.report.error]
    note = ", ".join(f"{symbol} {quote.price:g}" for symbol, quote in told.items())
    lacking = [symbol for symbol in known if symbol not in told]
    if lacking:
        note = "; ".join(part for part in (note, f"no quote of {', '.join(lacking)}") if part)
    state = ItemState.FAILED if lacking else ItemState.STALE if errors else ItemState.OK
    first = next(iter(told.values()), None)
    return Origin(
        Stage.RATES,
        state,
        first.source if first else None,
        first.method if first else None,
        first.fetched_at if first else None,
        note,
        errors[0] if errors else None,
        attempts,
    )


def _part_origin(held: Held) -> Origin:
    stage, found = STAGE_OF[held.part], held.finding
    if found is None:
        return Origin(stage, ItemState.FAILED, error=held.error, attempts=held.attempts)
    state = ItemState.STALE if held.error else ItemState.OK
    return Origin(
        stage,
        state,
        found.source,
        found.method,
        found.fetched_at,
        _words_of(found),
        held.error,
        held.attempts,
    )


def _words_of(found: Company | Statement | Bars) -> str:
    if isinstance(found, Company):
        return found.industry or found.security_type.value
    if isinstance(found, Bars):
        return f"{len(found)} days to {found.days[-1]:%Y-%m-%d}"
    years = f"{len(found.years)} year{'' if len(found.years) == 1 else 's'}"
    return f"{years} to {found.years[0].end:%Y-%m-%d}, in {found.currency or 'no told currency'}"
