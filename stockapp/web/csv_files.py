"""Tables as CSV downloads, in UTF-8; what a spreadsheet would run as a formula is quoted."""

import io
from collections.abc import Iterable, Sequence

from flask import Response

from stockapp.services import csv_text
from stockapp.services.csv_text import Cell, cell
from stockapp.web.pacing import paced

# Rows written in one go, before other greenlets get their turn.
_ROWS_AT_ONCE = 100

__all__ = ["Cell", "download"]


def download(
    what: str, whose: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> Response:
    """The table as a file that is named by what it holds, and of which symbol or list."""
    name = what + "-" + "".join(c if c.isalnum() or c == "-" else "_" for c in whose)
    text = io.StringIO()
    writer = csv_text.writer(text)
    writer.writerow(head)
    for row in paced(rows, _ROWS_AT_ONCE):
        writer.writerow([cell(value) for value in row])
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response
