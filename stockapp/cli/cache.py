"""`flask cache`."""

import contextlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict

import click
from flask import Flask
from flask.cli import AppGroup

from stockapp.domain.cache_statistics import CacheStatistics, PrefixStatistics
from stockapp.ports import CacheTrouble
from stockapp.services.cache_admin import CacheAdmin, NoSuchKind


def register(app: Flask, cache: CacheAdmin, close: Callable[[], None]) -> None:
    """Add the commands."""
    group = AppGroup("cache", help="What the cache holds; clearing and checking it.")
    app.cli.add_command(group)

    @group.command("stats")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    def stats(as_json: bool) -> None:
        """Show entries, bytes and counts."""
        with _telling_of_trouble(close):
            report = cache.report()
        if as_json:
            click.echo(json.dumps(report.to_json()))
        else:
            click.echo(_table(report.statistics))

    @group.command("clear")
    @click.argument("kind", required=False)
    @click.option("--yes", is_flag=True, help="Do not ask.")
    def clear(kind: str | None, yes: bool) -> None:
        """Delete all entries, or those of a KIND, as `stats` names them."""
        with _telling_of_trouble(close):
            if not yes:
                click.confirm(
                    f"Delete {f'all {kind} entries' if kind else 'everything'}?", abort=True
                )
            click.echo(f"{cache.clear(kind)} deleted")

    @group.command("verify")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    def verify(as_json: bool) -> None:
        """Read every entry, delete what is damaged, count anew. Ends with 1 if any was."""
        with _telling_of_trouble(close):
            check = cache.verify()
        figures = asdict(check)
        words = (f"{number} {name.replace('_', ' ')}" for name, number in figures.items())
        click.echo(json.dumps(figures) if as_json else ", ".join(words))
        if check.damaged:
            raise SystemExit(1)


@contextlib.contextmanager
def _telling_of_trouble(close: Callable[[], None]) -> Iterator[None]:
    logging.getLogger("stockapp").setLevel(logging.ERROR)
    try:
        yield
    except (CacheTrouble, NoSuchKind) as error:
        raise click.ClickException(str(error)) from None
    finally:
        close()


def _table(statistics: CacheStatistics) -> str:
    columns = tuple(PrefixStatistics().to_json())
    rows = [("", *(name.replace("_", " ") for name in columns))]
    for name, figures in [*statistics.prefixes.items(), ("all", statistics.total)]:
        rows.append((name or "-", *(f"{getattr(figures, column):,}" for column in columns)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True))
        for row in rows
    ]
    limit = statistics.limit_bytes
    used = f"{statistics.total.bytes:,} bytes used"
    return "\n".join([*lines, f"{used} of {limit:,}" if limit else f"{used}, no limit"])
