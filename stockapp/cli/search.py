"""`flask search`."""

import json
import logging
from collections.abc import Callable

import click
from flask import Flask

from stockapp.domain.listing import Listing
from stockapp.services.search import Search


def register(app: Flask, search: Search, close: Callable[[], None]) -> None:
    """Add the command."""

    @app.cli.command("search")
    @click.argument("text")
    @click.option("--json", "as_json", is_flag=True, help="JSON.")
    def search_command(text: str, as_json: bool) -> None:
        """Find symbols by a part of a name, a symbol or an ISIN."""
        logging.getLogger("stockapp").setLevel(logging.ERROR)
        try:
            found = search.find(text)
        finally:
            close()
        if as_json:
            click.echo(json.dumps(found.to_json()))
            return
        for listing in found.listings:
            click.echo(_line(listing, listed=listing.symbol in found.listed))
        if found.problem:
            click.echo(found.problem, err=True)
        elif not found.listings:
            click.echo("Nothing fits.", err=True)


def _line(listing: Listing, *, listed: bool) -> str:
    kind = listing.security_type.value if listing.security_type else None
    told = (listing.exchange, kind, listing.currency, "on your list" if listed else None)
    about = ", ".join(word for word in told if word)
    return f"{listing.symbol:<12} {listing.name or ''}{f' ({about})' if about else ''}"
