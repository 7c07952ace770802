"""`search`: symbols by a part of a name."""

from typing import TYPE_CHECKING

import click

from stockapp.cli.shell import Answer, Asked, Shell
from stockapp.domain.listing import Listing

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools


def register(group: click.Group, shell: Shell) -> None:
    """Add the command."""
    shell.command(group, "search")(_search)


@click.argument("text")
@click.option("--limit", default=8, type=click.IntRange(1, 50), help="How many.")
def _search(tools: "Tools", asked: Asked, text: str, limit: int) -> Answer:
    """Find symbols by a part of a name, a symbol or an ISIN."""
    found = tools.search.find(text, limit)
    lines = [_line(listing, listed=listing.symbol in found.listed) for listing in found.listings]
    note = found.problem or ("" if lines else "Nothing fits.")
    return Answer(found.to_json(), lines, notes=[note] if note else [])


def _line(listing: Listing, *, listed: bool) -> str:
    kind = listing.security_type.value if listing.security_type else None
    told = (listing.exchange, kind, listing.currency, "on your list" if listed else None)
    about = ", ".join(word for word in told if word)
    return f"{listing.symbol:<12} {listing.name or ''}{f' ({about})' if about else ''}"
