"""Tables as CSV downloads, in UTF-8; what a spreadsheet would run as a formula is quoted."""

import csv
import io
import math
from collections.abc import Iterable, Sequence

from flask import Response

from stockapp.services import csv_text
from stockapp.web.pacing import paced

# Rows written in one go, before other greenlets get their turn.
_ROWS_AT_ONCE = 100

Cell = str | float | int | None


def download(
    what: str, whose: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> Response:
    """The table as a file that is named by what it holds, and of which symbol or list."""
    name = what + "-" + "".join(c if c.isalnum() or c == "-" else "_" for c in whose)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    for row in paced(rows, _ROWS_AT_ONCE):
        writer.writerow([_cell(value) for value in row])
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _cell(value: Cell) -> Cell:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, str):
        return csv_text.quoted(value)
    return int(value) if isinstance(value, float) and value == int(value) else value
