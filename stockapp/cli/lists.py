"""`watchlist`: which lists there are, and orders of what is on them."""

from typing import TYPE_CHECKING

import click

from stockapp.cli import list_files, list_items
from stockapp.cli.exits import Exit, Problem
from stockapp.cli.shell import Answer, Asked, Shell
from stockapp.cli.texts import table

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools


def register(group: click.Group, shell: Shell) -> None:
    """Add the commands."""
    watchlist = click.Group("watchlist", help="Lists, and the symbols on them.")
    group.add_command(watchlist)
    shell.command(watchlist, "lists")(_lists)
    shell.command(watchlist, "create")(_create)
    shell.command(watchlist, "rename")(_rename)
    shell.command(watchlist, "delete")(_delete)
    shell.command(watchlist, "undo")(_undo)
    list_items.register(watchlist, shell)
    list_files.register(watchlist, shell)


def _lists(tools: "Tools", asked: Asked) -> Answer:
    """Show all lists."""
    lists = tools.watchlists.lists()
    rows = [(one.name, one.title, f"{one.size} symbols") for one in lists]
    return Answer({"watchlists": [one.to_json() for one in lists]}, table(rows))


@click.argument("title")
def _create(tools: "Tools", asked: Asked, title: str) -> Answer:
    """Make a list called TITLE. Its name, which the other commands take, is told."""
    made = tools.watchlists.create(title)
    return Answer(made.to_json(), [made.name])


@click.argument("name")
@click.argument("title")
def _rename(tools: "Tools", asked: Asked, name: str, title: str) -> Answer:
    """Call the list NAME by another TITLE; its name stays."""
    renamed = tools.watchlists.rename(name, title)
    return Answer(renamed.to_json(), [f"{renamed.name} is called {renamed.title}"])


@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def _delete(tools: "Tools", asked: Asked, name: str, yes: bool) -> Answer:
    """Delete the list NAME with its symbols; `undo` brings it back within an hour."""
    found = tools.watchlists.get_list(name)
    asked.confirm(f"Delete {found.title} with {found.size} symbols?", yes=yes)
    removed = tools.watchlists.delete(name)
    document = {"deleted": name, "removed": list(removed.symbols), "undo": removed.undo or None}
    return Answer(document, [f"deleted; `watchlist undo {removed.undo}` brings it back"])


@click.argument("token")
def _undo(tools: "Tools", asked: Asked, token: str) -> Answer:
    """Bring back what was removed, by the TOKEN that the removal told."""
    undone = tools.watchlists.undo(token)
    if undone is None:
        words = "It cannot be undone: that was done already, or is over an hour ago."
        raise Problem(Exit.NOT_FOUND, "unknown_undo", words)
    document = {
        "watchlist": undone.watchlist.to_json(),
        "symbols": list(undone.symbols),
        "deleted": undone.deleted,
    }
    return Answer(document, [f"back on {undone.watchlist.name}: {', '.join(undone.symbols)}"])
