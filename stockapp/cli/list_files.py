"""`watchlist import` and `export`: lists as CSV files."""

from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from stockapp.cli.exits import Exit, Problem
from stockapp.cli.prices import of_list
from stockapp.cli.shell import Answer, Asked, Shell
from stockapp.cli.texts import table

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools


def register(watchlist: click.Group, shell: Shell) -> None:
    """Add the commands."""
    shell.command(watchlist, "import")(_import)
    shell.command(watchlist, "export")(_export)


@click.argument("file", type=click.File("rb"))
@of_list
@click.option("--overwrite", is_flag=True, help="Also notes and targets that are there.")
@click.option("--preview", is_flag=True, help="Tell what it would do, and change nothing.")
def _import(
    tools: "Tools",
    asked: Asked,
    file: IO[bytes],
    watchlist: str,
    overwrite: bool,
    preview: bool,
) -> Answer:
    """Take the symbols, notes and targets of a CSV FILE (- for standard input)."""
    understood = tools.watchlists.preview(watchlist, file.read())
    warnings = list(understood.warnings)
    if preview:
        rows = [(str(r.line), r.text, r.status.value, r.why) for r in understood.rows]
        document = {"watchlist": watchlist, **understood.to_json()}
        return Answer(document, table(rows), notes=warnings)
    done = tools.watchlists.import_rows(watchlist, understood.rows, overwrite=overwrite)
    document = {
        "watchlist": watchlist,
        "added": list(done.added),
        "changed": list(done.changed),
        "skipped": [asdict(one) for one in done.skipped],
        "warnings": warnings,
    }
    lines = [f"{len(done.added)} added, {len(done.changed)} changed, {len(done.skipped)} skipped"]
    notes = [*warnings, *(f"line {one.line}: {one.text}: {one.why}" for one in done.skipped)]
    return Answer(document, lines, notes=notes)


@click.argument("file", required=False, type=click.Path(path_type=Path))
@of_list
def _export(tools: "Tools", asked: Asked, file: Path | None, watchlist: str) -> Answer:
    """Write a list with its last prices as CSV to FILE, never over another; without one, here."""
    tools.watchlists.require(watchlist)
    text = tools.boards.as_csv(watchlist)
    document = {"watchlist": watchlist, "file": str(file) if file else None, "csv": text}
    if file is None:
        return Answer(document, text.splitlines())
    try:
        with file.open("x", encoding="utf-8", newline="") as written:
            written.write(text)
    except FileExistsError:
        words = f"{file} is there already; name another file."
        raise Problem(Exit.FAILED, "file_exists", words) from None
    except OSError as error:
        words = f"{file} cannot be written: {error.strerror}."
        raise Problem(Exit.TROUBLE, "not_written", words) from None
    return Answer(document, [f"{file}: {len(text.splitlines()) - 1} symbols"])
