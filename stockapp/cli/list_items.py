"""`watchlist show`, `add`, `remove` and so on: the symbols on a list."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from stockapp.cli.exits import Exit, Problem
from stockapp.cli.prices import of_list
from stockapp.cli.shell import Answer, Asked, Shell
from stockapp.cli.texts import age, money, percent, spark, table
from stockapp.domain.symbol import parse_symbol
from stockapp.domain.watchlist import DEFAULT_WATCHLIST

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools
    from stockapp.services.board import Row

_symbols = click.argument("symbols", nargs=-1, required=True)


def register(watchlist: click.Group, shell: Shell) -> None:
    """Add the commands."""
    shell.command(watchlist, "show")(_show)
    shell.command(watchlist, "add")(_add)
    shell.command(watchlist, "remove")(_remove)
    shell.command(watchlist, "move")(_move)
    shell.command(watchlist, "place")(_place)
    shell.command(watchlist, "note")(_note)
    shell.command(watchlist, "target")(_target)
    shell.command(watchlist, "samples")(_samples)


@of_list
def _show(tools: "Tools", asked: Asked, watchlist: str) -> Answer:
    """Show a list with the last prices and verdicts; asks no source."""
    found = tools.watchlists.get_list(watchlist)
    rows = tools.boards.rows(watchlist)
    document = {
        "watchlist": found.name,
        "title": found.title,
        "items": [_row_to_json(row) for row in rows],
    }
    notes = [] if rows else ["The list is empty; `watchlist add` puts symbols on it."]
    return Answer(document, table([_row_line(row) for row in rows], right=(2, 3)), notes=notes)


@_symbols
@of_list
@click.option("--note", default="", help="A note on it; for one symbol.")
@click.option("--target", type=float, help="A target price; for one symbol.")
@click.option("--anyway", is_flag=True, help="Also what no source knows.")
def _add(
    tools: "Tools",
    asked: Asked,
    symbols: tuple[str, ...],
    watchlist: str,
    note: str,
    target: float | None,
    anyway: bool,
) -> Answer:
    """Put SYMBOLS on a list. One alone is looked up first; many are looked up behind."""
    tools.watchlists.require(watchlist)
    if len(symbols) == 1:
        one = tools.watchlists.add(
            watchlist, symbols[0], note=note, target_price=target, accept_unknown=anyway
        )
        document = {**one.item.to_json(), "created": one.created, "verified": one.verified}
        words = "added" if one.created else "listed already"
        unsure = "" if one.verified else "; no source has confirmed it yet"
        return Answer(document, [f"{one.item.symbol} {words}{unsure}"])
    if note or target is not None:
        raise Problem(Exit.USAGE, "usage", "A note or target is for one symbol; name only that.")
    many = tools.watchlists.add_many(watchlist, symbols)
    not_taken = [{"text": entry.text, "why": entry.why} for entry in many.not_taken]
    document = {"added": list(many.added), "there": list(many.there), "not_taken": not_taken}
    lines = [f"{symbol} added" for symbol in many.added]
    lines += [f"{symbol} listed already" for symbol in many.there]
    notes = [f"{entry.text}: {entry.why}" for entry in many.not_taken]
    return Answer(document, lines, Exit.FAILED if not_taken else Exit.DONE, notes)


@_symbols
@of_list
def _remove(tools: "Tools", asked: Asked, symbols: tuple[str, ...], watchlist: str) -> Answer:
    """Take SYMBOLS off a list; `undo` brings them back within an hour."""
    tools.watchlists.require(watchlist)
    wanted = _parsed(symbols)
    removed = tools.watchlists.remove(watchlist, wanted)
    missing = [symbol for symbol in wanted if symbol not in removed.symbols]
    if not removed.symbols:
        raise _not_listed(missing)
    document = {
        "removed": list(removed.symbols),
        "missing": missing,
        "undo": removed.undo or None,
    }
    lines = [f"{', '.join(removed.symbols)} removed; `watchlist undo {removed.undo}` undoes it"]
    notes = [str(_not_listed(missing))] if missing else []
    return Answer(document, lines, Exit.FAILED if missing else Exit.DONE, notes)


@_symbols
@click.option("--from", "source", default=DEFAULT_WATCHLIST, show_default=True)
@click.option("--to", "target", required=True)
def _move(
    tools: "Tools", asked: Asked, symbols: tuple[str, ...], source: str, target: str
) -> Answer:
    """Put SYMBOLS on another list; one stays that has another note or target there."""
    moved = tools.watchlists.move(_parsed(symbols), source, target)
    document = {
        "moved": list(moved.symbols),
        "kept": list(moved.kept),
        "from": source,
        "to": target,
    }
    lines = [f"{symbol} moved" for symbol in moved.symbols]
    notes = [f"{symbol} stays: its note or target differs there" for symbol in moved.kept]
    if not moved.symbols and not moved.kept:
        raise _not_listed(_parsed(symbols))
    return Answer(document, lines, Exit.FAILED if moved.kept else Exit.DONE, notes)


@_symbols
@of_list
@click.option("--before", help="Before this one; without it, at the end.")
def _place(
    tools: "Tools", asked: Asked, symbols: tuple[str, ...], watchlist: str, before: str | None
) -> Answer:
    """Put SYMBOLS elsewhere on their list, in the order given."""
    there = parse_symbol(before) if before else None
    placed = tools.watchlists.place(watchlist, _parsed(symbols), there)
    order = [item.symbol for item in tools.watchlists.items(watchlist)]
    return Answer({"watchlist": watchlist, "placed": placed, "order": order}, order)


@click.argument("symbol")
@click.argument("text")
@of_list
def _note(tools: "Tools", asked: Asked, symbol: str, text: str, watchlist: str) -> Answer:
    """Set the note on SYMBOL; an empty TEXT removes it."""
    return _changed(tools, watchlist, symbol, {"note": text})


@click.argument("symbol")
@click.argument("price", required=False, type=float)
@of_list
def _target(
    tools: "Tools", asked: Asked, symbol: str, price: float | None, watchlist: str
) -> Answer:
    """Set the target PRICE of SYMBOL, in the currency of its price; without one, remove it."""
    return _changed(tools, watchlist, symbol, {"target_price": price})


@click.argument("what", type=click.Choice(["add", "remove"]))
@of_list
def _samples(tools: "Tools", asked: Asked, what: str, watchlist: str) -> Answer:
    """Add the simulated companies to a list, or remove what the installation put there."""
    tools.watchlists.require(watchlist)
    if what == "add":
        added = tools.watchlists.add_simulated(watchlist)
        return Answer({"added": added}, [f"{len(added)} added"])
    removed = tools.watchlists.remove_samples(watchlist)
    document = {"removed": list(removed.symbols), "undo": removed.undo or None}
    return Answer(document, [f"{len(removed)} removed"])


def _changed(tools: "Tools", watchlist: str, symbol: str, changes: Mapping[str, Any]) -> Answer:
    tools.watchlists.require(watchlist)
    wanted = parse_symbol(symbol)
    item = tools.watchlists.update(watchlist, wanted, changes)
    if item is None:
        raise _not_listed([wanted])
    told = item.to_json()
    return Answer(told, [f"{wanted}: " + ", ".join(f"{k} {told[k]}" for k in changes)])


def _parsed(symbols: tuple[str, ...]) -> list[str]:
    return [parse_symbol(symbol) for symbol in symbols]


def _not_listed(symbols: list[str]) -> Problem:
    words = f"Not on the list: {', '.join(symbols)}."
    return Problem(Exit.NOT_FOUND, "unknown_item", words)


def _row_to_json(row: "Row") -> dict[str, Any]:
    return {
        **row.item.to_json(),
        "quote": row.quote.to_json() if row.quote else None,
        "state": row.state.value if row.state else None,
        "analysis": row.line.value.to_json() if row.line else None,
        "trend": list(row.trend.value.closes) if row.trend else None,
    }


def _row_line(row: "Row") -> tuple[str, ...]:
    quote, item = row.quote, row.item
    told = quote.quote if quote else None
    about = age(quote.age_seconds) if quote else "no price yet"
    target = f"target {item.target_price:g}" if item.target_price is not None else ""
    verdict = row.line.value.verdict.words if row.line else ""
    trend = spark(row.trend.value.closes) if row.trend else ""
    return (
        item.symbol,
        (item.name or "")[:30],
        money(told.price if told else None, told.currency if told else None),
        percent(told.change_percent if told else None),
        about,
        trend,
        ", ".join(word for word in (verdict, target, item.note.partition("\n")[0]) if word),
    )
