"""Watchlists in CSV files, as understood row by row; nothing is changed here."""

import csv
import io
import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from stockapp.domain.symbol import InvalidSymbol, parse_symbol
from stockapp.services import csv_text
from stockapp.services.item_rules import InvalidItem, check, split, symbol_of_many

MOST_ROWS = 1_000
_SYNONYMS: Mapping[str, str] = {
    **dict.fromkeys(("symbol", "ticker", "ticker symbol", "stock symbol"), "symbol"),
    **dict.fromkeys(("name", "company", "company name", "security", "security name"), "name"),
    **dict.fromkeys(("note", "notes", "comment", "comments", "remark", "remarks"), "note"),
    **dict.fromkeys(("target", "target price", "price target"), "target"),
}
# It tells a line of headings, but no source knows symbols by it.
_NOT_USED = "isin"
_NO_HEAD = (
    "There is no line of headings, so only the first column is used, as the symbol."
    " Put symbol, note, target above the columns to use more."
)
# The line on which it begins, and its cells.
_Record = tuple[int, list[str]]
_LONGEST_NAME = 100
# What a person wrote is found again by so much of it.
_SHOWN = 40


class RowStatus(StrEnum):
    """What a row of a file would do."""

    NEW = "new"
    LISTED = "listed"
    DUPLICATE = "duplicate"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row. `line` is that of the file on which it begins, from 1; `text` its symbol as written.

    `why`: why it was not understood, or is not taken; "" for rows that are.
    """

    line: int
    text: str
    symbol: str
    name: str
    note: str
    target_price: float | None
    status: RowStatus
    why: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether an import uses it."""
        return self.status in (RowStatus.NEW, RowStatus.LISTED)

    def to_json(self) -> dict[str, Any]:
        """The row as the JSON interface shows it."""
        return {
            "line": self.line,
            "text": self.text,
            "symbol": self.symbol or None,
            "name": self.name,
            "note": self.note,
            "target_price": self.target_price,
            "status": self.status.value,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Preview:
    """What was understood of a file. `columns`: those that are used, in its words; `ignored`: not.

    `total`: how many rows the file has, of which at most MOST_ROWS are here.
    """

    rows: tuple[ImportRow, ...]
    columns: tuple[str, ...]
    ignored: tuple[str, ...]
    warnings: tuple[str, ...]
    total: int

    def count(self, status: RowStatus) -> int:
        """How many rows would do that."""
        return sum(row.status is status for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """The preview as the JSON interface shows it."""
        return {
            "rows": [row.to_json() for row in self.rows],
            "counts": {status.value: self.count(status) for status in RowStatus},
            "columns": list(self.columns),
            "ignored": list(self.ignored),
            "warnings": list(self.warnings),
            "total": self.total,
        }


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which column holds what; without a header the first is the symbol."""

    places: Mapping[str, int]
    head: Sequence[str] | None

    def cell(self, cells: Sequence[str], what: str) -> str:
        place = self.places.get(what, len(cells))
        return cells[place] if place < len(cells) else ""


def understand(text: str | bytes, listed: Collection[str] = ()) -> Preview:
    """What the file says, beside a list that holds those symbols already.

    Raises InvalidItem for what can be no CSV file.
    """
    try:
        decoded, warnings = csv_text.decode(text)
    except csv_text.NoText as error:
        raise InvalidItem("csv", str(error)) from None
    delimiter = csv_text.delimiter(decoded)
    records: Iterator[_Record] = _records(decoded, delimiter)
    first = next(records, None)
    if first is None:
        return Preview((), (), (), (*warnings, "The file is empty."), 0)
    layout = _layout(first[1])
    if layout.head is None:
        records = itertools.chain([first], records)
        if len(first[1]) > 1:
            warnings.append(_NO_HEAD)
    reader = _Reader(layout, frozenset(listed), decimal_comma=delimiter != ",")
    rows = [reader.row(*record) for record in itertools.islice(records, MOST_ROWS)]
    total = len(rows) + sum(1 for _ in records)
    if total > MOST_ROWS:
        warnings.append(f"The file has {total:,} rows; only the first {MOST_ROWS:,} are taken.")
    head = layout.head or ()
    used = tuple(head[place] for place in sorted(set(layout.places.values())) if head)
    ignored = tuple(cell for index, cell in enumerate(head) if index not in layout.places.values())
    return Preview(tuple(rows), used, ignored, tuple(warnings), total)


def pasted(text: str) -> str:
    """Text that somebody wrote, as CSV: symbols as people have them become a column of symbols.

    What has a line of headings, or cells that are none, is CSV as it is.
    """
    return "\n".join(("symbol", *split(text))) if _is_bare(text) else text


def _is_bare(text: str) -> bool:
    """Whether it is nothing but symbols, judged by no more of them than an import takes."""
    left = MOST_ROWS
    for line in filter(str.strip, io.StringIO(text)):
        cells = [cell for part in re.split("[,;\t]", line) if (cell := part.strip())]
        if left == MOST_ROWS and _layout(cells).head is not None:
            return False
        # Words parted by blanks may be in small letters; beside commas those are names.
        words = cells if len(cells) > 1 else "".join(cells).split()
        is_one = _is_symbol if words is not cells else _is_written_as_symbol
        if not all(map(is_one, words[:left])):
            return False
        left -= len(words)
        if left <= 0:
            break
    return left < MOST_ROWS


def _is_symbol(word: str) -> bool:
    try:
        parse_symbol(word)
    except InvalidSymbol:
        return False
    return True


def _is_written_as_symbol(word: str) -> bool:
    """AAPL, lark.sim and 7203.T are; apple and 12.50 are not."""
    has_letter = any(map(str.isalpha, word))
    as_people_do = word.isupper() or any(c.isdigit() or c in ".^=" for c in word)
    return has_letter and as_people_do and _is_symbol(word)


class _Reader:
    def __init__(self, layout: _Layout, listed: frozenset[str], *, decimal_comma: bool) -> None:
        self._layout = layout
        self._listed = listed
        self._decimal_comma = decimal_comma
        self._lines: dict[str, int] = {}

    def row(self, line: int, cells: Sequence[str]) -> ImportRow:
        """The row, told apart from those that were read before."""
        text = self._layout.cell(cells, "symbol").strip()
        name = _tidy(csv_text.plain(self._layout.cell(cells, "name").strip()))
        # Forms send lines parted by CRLF, and so do some files.
        note = csv_text.plain(self._layout.cell(cells, "note")).replace("\r\n", "\n")
        target_text = self._layout.cell(cells, "target").strip()
        symbol, target, status, why = "", None, RowStatus.NOT_UNDERSTOOD, ""
        try:
            symbol = symbol_of_many(csv_text.plain(text))
            target = csv_text.number(target_text, decimal_comma=self._decimal_comma)
            check(note, target)
        except (InvalidSymbol, InvalidItem, csv_text.NoNumber) as error:
            why = str(error)
        else:
            status, why = self._status(symbol, line)
        return ImportRow(line, text[:_SHOWN], symbol, name, note, target, status, why)

    def _status(self, symbol: str, line: int) -> tuple[RowStatus, str]:
        first = self._lines.setdefault(symbol, line)
        if first != line:
            return RowStatus.DUPLICATE, f"{symbol} is on line {first} already."
        return (RowStatus.LISTED if symbol in self._listed else RowStatus.NEW), ""


def _tidy(name: str) -> str:
    """On one line, and as long as names are."""
    seen = "".join(c if c.isprintable() else " " for c in name)
    return " ".join(seen.split())[:_LONGEST_NAME]


def _layout(cells: Sequence[str]) -> _Layout:
    """Where what is, by the first line; that is one of headings if it has one that is known."""
    headings = [" ".join(re.split(r"[\s_-]+", cell.strip().casefold())) for cell in cells]
    places: dict[str, int] = {}
    for index, heading in enumerate(headings):
        if heading in _SYNONYMS:
            places.setdefault(_SYNONYMS[heading], index)
    if not places and _NOT_USED not in headings:
        return _Layout({"symbol": 0}, None)
    places.setdefault("symbol", 0)
    return _Layout(places, [cell.strip() for cell in cells])


def _records(text: str, delimiter: str) -> Iterator[_Record]:
    """The records that are not empty, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InvalidItem("csv", f"This is no CSV file: line {line}: {error}.") from None
