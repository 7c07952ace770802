"""How the stages of gathering came out, and where what they have came from."""

from collections.abc import Mapping

from stockapp.domain.bars import Bars
from stockapp.domain.company import Company
from stockapp.domain.research import Part
from stockapp.domain.statement import Statement
from stockapp.domain.task import ItemState
from stockapp.services.findings import Held
from stockapp.services.gathered import STATEMENTS, Gathered, has_statements
from stockapp.services.quotes import Known
from stockapp.services.stages import STAGE_OF, Origin, Stage


def of_all(gathered: Gathered) -> tuple[Origin, ...]:
    """Where what is held came from."""
    rates = [known for known in (gathered.risk_free, gathered.fx) if known]
    statements = STATEMENTS if has_statements(gathered.symbol) else ()
    parts = (Part.PROFILE, *statements, Part.HISTORY)
    return (
        of_price(gathered.price),
        *(of_part(gathered.parts[part]) for part in parts),
        of_rates({_symbol_of(known): known for known in rates}),
    )


def _symbol_of(known: Known) -> str:
    return known.quote.quote.symbol if known.quote else "a rate"


def of_price(known: Known) -> Origin:
    """The price's stage."""
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


def of_rates(known: Mapping[str, Known]) -> Origin:
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


def of_part(held: Held) -> Origin:
    """The stage of a part."""
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
