"""`history` and `statements`: what was told of a company, as its source told it."""

from typing import TYPE_CHECKING, Any

import click

from stockapp.cli.exits import Exit, Problem
from stockapp.cli.following import follow
from stockapp.cli.shell import Answer, Asked, Shell
from stockapp.cli.texts import table
from stockapp.domain.choices import Choices
from stockapp.domain.symbol import parse_symbol

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools

_RANGES = ("1mo", "3mo", "6mo", "ytd", "1y", "3y", "5y")
# From here on nobody looks for cents.
_LARGE = 100_000
_INTERVALS = ("1d", "1wk", "1mo")


def register(group: click.Group, shell: Shell) -> None:
    """Add the commands."""
    shell.command(group, "history")(_history)
    shell.command(group, "statements")(_statements)


@click.argument("symbol")
@click.option("--range", "span", type=click.Choice(_RANGES), default="1y", show_default=True)
@click.option("--interval", type=click.Choice(_INTERVALS), default="1d", show_default=True)
def _history(tools: "Tools", asked: Asked, symbol: str, span: str, interval: str) -> Answer:
    """Show the price history of SYMBOL; what is not known is fetched by an analysis."""
    wanted = parse_symbol(symbol)
    found = tools.analyses.history(wanted, span, interval)
    if found is None or found.stale:
        _analyse(tools, wanted)
        found = tools.analyses.history(wanted, span, interval) or found
    if found is None:
        raise Problem(Exit.FAILED, "no_data", f"No source tells the history of {wanted}.")
    bars = found.bars
    head = ("day", "open", "high", "low", "close", "volume")
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
    rows = [
        (day.isoformat(), *(_figure(column[place]) for column in columns))
        for place, day in enumerate(bars.days)
    ]
    about = f"{bars.currency or 'currency not told'}, from {bars.source}/{bars.method}"
    return Answer(found.to_json(), table([head, *rows], right=range(1, 6)), notes=[about])


@click.argument("symbol")
def _statements(tools: "Tools", asked: Asked, symbol: str) -> Answer:
    """Show the statements of SYMBOL; what is not known is fetched by an analysis."""
    wanted = parse_symbol(symbol)
    told = tools.analyses.statements(wanted)
    if not told or any(one["freshness"] != "fresh" for one in told):
        _analyse(tools, wanted)
        told = tools.analyses.statements(wanted) or told
    if not told:
        raise Problem(Exit.FAILED, "no_data", f"No source tells statements of {wanted}.")
    return Answer({"symbol": wanted, "statements": told}, _statement_lines(told))


def _analyse(tools: "Tools", symbol: str) -> None:
    """Fetch what is lacking; what cannot be had, the caller says."""
    begun = tools.analyses.start(symbol, Choices(), force=False)
    if begun.task:
        follow(tools, begun.task, joined=begun.joined)


def _statement_lines(told: list[dict[str, Any]]) -> list[str]:
    lines = []
    for one in told:
        lines.append(f"{one['kind']}, {one['currency']}, from {one['source']}/{one['method']}")
        years = one["years"]
        names = list(dict.fromkeys(name for year in years for name in year["values"]))
        rows = [("", *(year["end"] for year in years))]
        rows += [
            (f"  {name}", *(_figure(year["values"].get(name)) for year in years)) for name in names
        ]
        lines += table(rows, right=range(1, len(years) + 1))
    return lines


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= _LARGE else f"{value:,.2f}"
