"""The text of CSV files: how it is encoded, parted, and how its cells are meant."""

import codecs
import csv
import io
import math
import re
from typing import Any

# A spreadsheet runs what begins with one of these, so a download puts an apostrophe before it. The
# last four are the first ones as they are typed in East Asia, at full width.
FORMULA = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_QUOTED = re.compile(f"'+[{re.escape(FORMULA)}]")
_TO_QUOTE = re.compile(f"'*[{re.escape(FORMULA)}]")

# So much of a file is looked at to see how its columns are parted.
_LOOKED_AT = 20_000

_PLAIN_NUMBER = re.compile(r"\d+(\.\d*)?([eE][+-]?\d{1,3})?|\.\d+", re.ASCII)
_GROUPED = {
    mark: re.compile(rf"[1-9]\d{{0,2}}(\{group}\d{{3}})+(\{mark}\d+)?", re.ASCII)
    for mark, group in ((".", ","), (",", "."))
}
_DECIMAL_COMMA = re.compile(r"\d+,\d+", re.ASCII)
# 1.234 is 1234 to some and a little more than 1 to others.
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)


Cell = str | float | int | None


class NoText(ValueError):
    """The file holds something else than text; the message says what to do."""


class NoNumber(ValueError):
    """The text is no number, or could mean two; the message says how to write it."""


def writer(text: io.StringIO) -> Any:
    """What writes rows of cells. All text is in quotation marks: some spreadsheets part columns at
    semicolons or tabs, and a formula in the middle of a note must not begin a cell of its own.
    """
    return csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)


def quoted(text: str) -> str:
    """The text for a cell, so that no spreadsheet runs it; `plain` gives it back."""
    return f"'{text}" if _TO_QUOTE.match(text) else text


def cell(value: Cell) -> Cell:
    """The value as a cell of a download; what is unknown is empty."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, str):
        return quoted(value)
    return int(value) if isinstance(value, float) and value == int(value) else value


def plain(cell: str) -> str:
    """The text of which `quoted` made the cell."""
    return cell[1:] if _QUOTED.match(cell) else cell


def decode(data: str | bytes) -> tuple[str, list[str]]:
    """The text, with warnings about how it was read. Raises NoText."""
    if isinstance(data, str):
        return data.removeprefix("\ufeff"), []
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), []
    if b"\0" in data[:_LOOKED_AT]:
        raise NoText("This is no text file. Save the table as CSV and choose that.")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), [
            "The file is not in UTF-8; it was read as Windows-1252. Look at letters with accents."
        ]


def delimiter(text: str) -> str:
    """What parts the columns: the first of comma, semicolon and tab outside of quotes."""
    in_quotes = False
    for character in text[:_LOOKED_AT]:
        if character == '"':
            in_quotes = not in_quotes
        elif character in ",;\t" and not in_quotes:
            return character
    return ","


def number(text: str, *, decimal_comma: bool) -> float | None:
    """The number, None for no text. With `decimal_comma` 12,5 is one as well. Raises NoNumber."""
    if not text:
        return None
    if decimal_comma and _AMBIGUOUS.fullmatch(text):
        whole, part = re.split("[.,]", text)
        raise NoNumber(f"{text} could be {whole}{part} or {whole}.{part}0; write it like that.")
    if _PLAIN_NUMBER.fullmatch(text):
        value = float(text)
    elif _GROUPED["."].fullmatch(text):
        value = float(text.replace(",", ""))
    elif decimal_comma and _GROUPED[","].fullmatch(text):
        value = float(text.replace(".", "").replace(",", "."))
    elif decimal_comma and _DECIMAL_COMMA.fullmatch(text):
        value = float(text.replace(",", "."))
    else:
        raise NoNumber(f"The target price {text[:20]!r} is no number such as 12.50.")
    if not math.isfinite(value):
        raise NoNumber("The target price is too large.")
    return value
