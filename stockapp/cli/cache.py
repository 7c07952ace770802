"""`cache`: what it holds; clearing and checking it."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from stockapp.cli.exits import Exit
from stockapp.cli.shell import Answer, Asked, Shell
from stockapp.cli.texts import table
from stockapp.domain.cache_statistics import CacheStatistics, PrefixStatistics

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools


def register(group: click.Group, shell: Shell) -> None:
    """Add the commands."""
    cache = click.Group("cache", help="What the cache holds; clearing and checking it.")
    group.add_command(cache)
    shell.command(cache, "stats")(_stats)
    shell.command(cache, "clear")(_clear)
    shell.command(cache, "verify")(_verify)


def _stats(tools: "Tools", asked: Asked) -> Answer:
    """Show entries, bytes and counts."""
    report = tools.cache.report()
    return Answer(report.to_json(), _table(report.statistics))


@click.argument("kind", required=False)
@click.option("--yes", is_flag=True, help="Do not ask.")
def _clear(tools: "Tools", asked: Asked, kind: str | None, yes: bool) -> Answer:
    """Delete all entries, or those of a KIND, as `stats` names them."""
    asked.confirm(f"Delete {f'all {kind} entries' if kind else 'everything'}?", yes=yes)
    deleted = tools.cache.clear(kind)
    return Answer({"deleted": deleted, "kind": kind}, [f"{deleted} deleted"])


def _verify(tools: "Tools", asked: Asked) -> Answer:
    """Read every entry, delete what is damaged, count anew. Ends with 1 if any was."""
    check = tools.cache.verify()
    figures = asdict(check)
    words = (f"{number} {name.replace('_', ' ')}" for name, number in figures.items())
    return Answer(figures, [", ".join(words)], Exit.FAILED if check.damaged else Exit.DONE)


def _table(statistics: CacheStatistics) -> list[str]:
    columns = tuple(PrefixStatistics().to_json())
    rows = [("", *(name.replace("_", " ") for name in columns))]
    for name, figures in [*statistics.prefixes.items(), ("all", statistics.total)]:
        rows.append((name or "-", *(f"{getattr(figures, column):,}" for column in columns)))
    limit = statistics.limit_bytes
    used = f"{statistics.total.bytes:,} bytes used"
    told = table(rows, right=range(len(rows[0])))
    return [*told, f"{used} of {limit:,}" if limit else f"{used}, no limit"]
