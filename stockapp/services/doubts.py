"""What to doubt in the data of an analysis: what is old, lacking, or contradicted."""

from collections.abc import Iterator
from datetime import date

from stockapp.domain.analysis import Caveat, Severity
from stockapp.domain.research import Part
from stockapp.domain.wording import spelled
from stockapp.providers.research import words_of
from stockapp.services.board import QuoteView
from stockapp.services.findings import Held
from stockapp.services.gathered import STATEMENTS, Gathered, price_of
from stockapp.services.quotes import Known

# Markets close for holidays, and no longer than so many days.
_OLD_QUOTE_DAYS = 5
# A price so old is no longer that of today, whatever it is held against.
_OUTDATED_QUOTE_DAYS = 30
_HOURS_MATTER_BELOW = 48
_MINUTES_MATTER_BELOW = 90
_DAY = 86_400.0


def doubts(gathered: Gathered, today: date) -> tuple[Caveat, ...]:
    """All of them; `today` is the day of the analysis."""
    return (
        *_of_price(gathered.price, today),
        *_of_close(gathered),
        *_of_rate("risk_free", "the risk-free rate", gathered.risk_free, today),
        *(_of_rate("fx", "the exchange rate", gathered.fx, today) if gathered.fx else ()),
        *_of_parts(gathered),
        *_of_sources(gathered),
    )


def _of_price(known: Known, today: date) -> Iterator[Caveat]:
    view = known.quote
    if view is None:
        return
    touched = "margin of safety and ratios"
    yield from _of_quote("price", "the price", known, today, touched, _OUTDATED_QUOTE_DAYS)
    quote = view.quote
    if quote.currency_assumed:
        message = (
            f"The source of the price does not say its currency: {quote.currency}, which others"
            " say, was assumed."
        )
        yield Caveat(Severity.MEDIUM, "currency", message, touched)
    for other in quote.disagreeing:
        message = (
            f"{other.source} tells {other.price:g} {other.currency or ''} in place of"
            f" {quote.price:g} {quote.currency or ''}: more than 2 % apart."
        )
        yield Caveat(Severity.MEDIUM, "price", message, touched)


def _of_close(gathered: Gathered) -> Iterator[Caveat]:
    """Where the last close stands in for the price."""
    price = price_of(gathered)
    if price and gathered.price.quote is None:
        message = f"No source told a price: the close of {price.as_of:%Y-%m-%d} was taken."
        yield Caveat(Severity.MEDIUM, "price", message, "margin of safety and ratios")


def _of_rate(field: str, what: str, known: Known, today: date) -> Iterator[Caveat]:
    touched = "every discount rate" if field == "risk_free" else "all amounts of money"
    yield from _of_quote(field, what, known, today, touched, None)


def _of_quote(
    field: str, what: str, known: Known, today: date, touched: str, outdated_days: int | None
) -> Iterator[Caveat]:
    view, error = known.quote, known.report.error if known.report else None
    if view is None:
        return
    days = (today - view.quote.as_of.date()).days
    if days > _OLD_QUOTE_DAYS:
        grave = outdated_days is not None and days > outdated_days
        message = f"{what.capitalize()} is of {view.quote.as_of:%Y-%m-%d}, {days} days ago."
        yield Caveat(Severity.HIGH if grave else Severity.MEDIUM, field, message, touched)
    elif error or _is_old(view):
        yield _old(field, what, view.age_seconds, error.detail if error else "", touched)


def _is_old(view: QuoteView) -> bool:
    return view.age_seconds > _DAY


def _of_parts(gathered: Gathered) -> Iterator[Caveat]:
    touched = {
        Part.PROFILE: "cost of capital, number of shares and type of business",
        Part.HISTORY: "figures of the price",
    }
    for part in (Part.PROFILE, *STATEMENTS, Part.HISTORY):
        held = gathered.parts[part]
        if held.finding and (held.error or _outdated(held)):
            name = f"the {words_of(part)}"
            why = held.error.detail if held.error else ""
            told = touched.get(part, "whatever follows from it")
            yield _old(part.value, name, held.age_seconds, why, told)
    if gathered.benchmark and gathered.bars and not gathered.benchmark.finding:
        symbol = gathered.benchmark.symbol
        message = f"There is no history of {symbol}: the price cannot be held against it."
        yield Caveat(Severity.LOW, "benchmark", message, "the beta and correlation of the price")


def _outdated(held: Held) -> bool:
    return not held.is_fresh and held.age_seconds > _DAY


def _of_sources(gathered: Gathered) -> Iterator[Caveat]:
    sources = {statement.source for statement in gathered.statements.values()}
    if len(sources) > 1:
        names = ", ".join(spelled(source) for source in sorted(sources))
        message = f"The statements come from several sources: {names}."
        yield Caveat(Severity.LOW, "statements", message, "how lines are counted")


def _old(field: str, what: str, age_seconds: float, why: str, touched: str) -> Caveat:
    minutes, hours = age_seconds / 60, age_seconds / 3600
    age = f"{hours:.0f} hours" if hours < _HOURS_MATTER_BELOW else f"{hours / 24:.0f} days"
    if minutes < _MINUTES_MATTER_BELOW:
        age = f"{max(1, round(minutes))} min"
    reason = f", as asking anew failed: {why}" if why else "."
    message = f"{what.capitalize()} is one fetched {age} ago{reason}"
    return Caveat(Severity.MEDIUM, field, message, touched)
