"""`quote`, `refresh`, `trends`: prices, asked for where they are due."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from stockapp.cli.exits import Exit, Problem
from stockapp.cli.following import follow
from stockapp.cli.shell import Answer, Asked, Shell
from stockapp.cli.texts import percent, price_row, spark, table
from stockapp.domain.symbol import parse_symbol
from stockapp.domain.watchlist import DEFAULT_WATCHLIST

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools
    from stockapp.services.refresh import Started

of_list = click.option(
    "--list", "-l", "watchlist", default=DEFAULT_WATCHLIST, show_default=True, help="Which list."
)
_force = click.option("--force", is_flag=True, help="Ask for what is fresh, too.")


def register(group: click.Group, shell: Shell) -> None:
    """Add the commands."""
    shell.command(group, "quote")(_quote)
    shell.command(group, "refresh")(_refresh)
    shell.command(group, "trends")(_trends)


@click.argument("symbols", nargs=-1, required=True)
@_force
@click.option("--cached", is_flag=True, help="Ask no source; tell what is known.")
def _quote(
    tools: "Tools", asked: Asked, symbols: tuple[str, ...], force: bool, cached: bool
) -> Answer:
    """Tell the prices of SYMBOLS, asking the sources for those that are not fresh."""
    if not cached:
        return _come_to(tools, tools.refreshes.start(symbols, force=force))
    wanted = [parse_symbol(symbol) for symbol in symbols]
    known = tools.quotes.cached(wanted)
    told: dict[str, Any] = {
        symbol: {"success": True, "quote": known[symbol].to_json(), "attempts": []}
        if symbol in known
        else {"success": False, "error": {"code": "not_cached", "detail": "no price is known"}}
        for symbol in wanted
    }
    missing = len(wanted) - len(known)
    summary = {"ok": len(known), "stale": 0, "failed": missing}
    document = {"live_prices": told, "summary": summary, "cached": True, "task": None}
    return Answer(document, _price_lines(told), Exit.FAILED if missing else Exit.DONE)


@click.argument("symbols", nargs=-1)
@of_list
@_force
def _refresh(
    tools: "Tools", asked: Asked, symbols: tuple[str, ...], watchlist: str, force: bool
) -> Answer:
    """Refresh a list, or only SYMBOLS of it whatever their age."""
    tools.watchlists.require(watchlist)
    if symbols:
        return _come_to(tools, tools.refreshes.start_picked(watchlist, symbols))
    return _come_to(tools, tools.refreshes.start(None, watchlist=watchlist, force=force))


@click.argument("symbols", nargs=-1)
@of_list
def _trends(tools: "Tools", asked: Asked, symbols: tuple[str, ...], watchlist: str) -> Answer:
    """Show how the prices of a list, or of SYMBOLS, went in the last month."""
    tools.watchlists.require(watchlist)
    wanted = [parse_symbol(symbol) for symbol in symbols] or [
        item.symbol for item in tools.watchlists.items(watchlist)
    ]
    task = tools.trends.start_due(wanted)
    if task:
        follow(tools, task, joined=False)
    known = tools.trends.known(wanted)
    rows = []
    for symbol, trend in known.items():
        closes = trend.value.closes
        rows.append((symbol, spark(closes), percent(100 * (closes[-1] / closes[0] - 1))))
    missing = [symbol for symbol in wanted if symbol not in known]
    document = {
        "trends": {
            symbol: {
                "closes": list(trend.value.closes),
                "days": [day.isoformat() for day in trend.value.days],
                "currency": trend.value.currency,
                "source": trend.value.source,
                "age_seconds": round(trend.age_seconds, 1),
            }
            for symbol, trend in known.items()
        },
        "missing": missing,
    }
    notes = [f"No closes of {', '.join(missing)} could be had."] if missing else []
    exit_ = Exit.FAILED if missing else Exit.DONE
    return Answer(document, table(rows, right=(2,)), exit_, notes)


def _come_to(tools: "Tools", started: "Started") -> Answer:
    if started.task is None:
        result, task, cached = started.result(), None, True
    else:
        task = follow(tools, started.task, joined=started.joined)
        result, cached = task.result or {}, False
        if task.error:
            raise Problem(Exit.FAILED, task.error.code, task.error.detail, {"result": result})
    summary = result["summary"]
    document = {**result, "cached": cached, "task": task.to_json() if task else None}
    words = f"{summary['ok']} updated, {summary['stale']} stale, {summary['failed']} failed"
    notes = ["Fresh already; --force asks anew." if cached else words]
    exit_ = Exit.FAILED if summary["stale"] or summary["failed"] else Exit.DONE
    return Answer(document, _price_lines(result["live_prices"]), exit_, notes)


def _price_lines(told: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return table([price_row(symbol, one) for symbol, one in told.items()], right=(1, 2))
