"""CSV files of symbols: what is understood, and what is said of the rest."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.services import csv_text
from stockapp.services.item_rules import InvalidItem, split
from stockapp.services.list_import import MOST_ROWS, ImportRow, RowStatus, pasted, understand


def rows(text: str | bytes, *listed: str) -> tuple[ImportRow, ...]:
    return understand(text, listed).rows


def only(text: str | bytes) -> ImportRow:
    (row,) = rows(text)
    return row


def target(text: str) -> float | None:
    return only(f"symbol;target\nAAPL;{text}").target_price


def test_headings_tell_what_the_columns_hold_whatever_their_order_and_case() -> None:
    preview = understand("Comments,ISIN,TICKER,Price Target,company\nmine,US1,aapl,250.5,Apple\n")
    row = preview.rows[0]
    assert (row.symbol, row.note, row.target_price) == ("AAPL", "mine", 250.5)
    assert (row.name, row.line, row.status) == ("Apple", 2, RowStatus.NEW)
    assert preview.columns == ("Comments", "TICKER", "Price Target", "company")
    assert preview.ignored == ("ISIN",)


def test_without_headings_the_first_column_is_the_symbol() -> None:
    preview = understand("AAPL,buy; soon\nMSFT\n\n  \n^GSPC,x,y\n")
    assert [row.symbol for row in preview.rows] == ["AAPL", "MSFT", "^GSPC"]
    assert [row.line for row in preview.rows] == [1, 2, 5]
    assert "no line of headings" in preview.warnings[0]
    assert preview.columns == ()


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("aapl MSFT\n\nVOD.L", ["AAPL", "MSFT", "VOD.L"]),
        ("AAPL, lark.sim;7203.T\n^GSPC,", ["AAPL", "LARK.SIM", "7203.T", "^GSPC"]),
        ("name,symbol\nApple,AAPL", ["AAPL"]),
        ("AAPL,good company\nMSFT,IBM", ["AAPL", "MSFT"]),
        ("AAPL,apple", ["AAPL"]),
        ("AAPL,12.50", ["AAPL"]),
    ],
)
def test_only_text_that_is_nothing_but_symbols_is_a_list_of_them(
    text: str, symbols: list[str]
) -> None:
    assert [row.symbol for row in rows(pasted(text))] == symbols


def test_of_a_long_text_no_more_is_looked_at_than_is_taken() -> None:
    many = "AAPL " * MOST_ROWS
    assert pasted(f"{many} !!") == "\n".join(["symbol", *["AAPL"] * MOST_ROWS, "!!"])
    assert pasted(f"!! {many}") == f"!! {many}"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_are_parted_by_commas_semicolons_or_tabs(delimiter: str) -> None:
    text = delimiter.join(["symbol", "note"]) + "\r\n" + delimiter.join(["AAPL", '"a, b; c\td"'])
    assert only(text).note == "a, b; c\td"


def test_each_row_says_what_it_would_do() -> None:
    told = rows("symbol,target\nNEW,1\nOLD,2\nnew,3\nbad symbol,4\nT,many\nUS0378331005,5\n", "OLD")
    assert [(row.status.value, row.line) for row in told] == [
        ("new", 2),
        ("listed", 3),
        ("duplicate", 4),
        ("not_understood", 5),
        ("not_understood", 6),
        ("not_understood", 7),
    ]
    assert "line 2" in told[2].why
    assert "may hold A to Z" in told[3].why
    assert "'many' is no number" in told[4].why
    assert "is an ISIN" in told[5].why


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("1.234,50", 1234.5),
        ("1,234.50", 1234.5),
        ("0,125", 0.125),
        ("1.234.567", 1234567.0),
        (" 7 ", 7.0),
        ("", None),
    ],
)
def test_numbers_may_have_a_decimal_comma_where_commas_do_not_part(
    text: str, value: float | None
) -> None:
    assert target(text) == value


@pytest.mark.parametrize(
    "text", ["1,234", "1.234", "$5", "5 USD", "1,2,3", "-5", "0", "1_0", "inf"]
)
def test_a_number_that_is_none_or_could_be_two_is_not_guessed(text: str) -> None:
    row = only(f"symbol;target\nAAPL;{text}")
    assert (row.status, row.target_price is None or row.target_price <= 0) == (
        RowStatus.NOT_UNDERSTOOD,
        True,
    )
    assert row.why


def test_commas_that_part_columns_are_no_decimal_commas() -> None:
    assert only('symbol,target\nAAPL,"1,234.5"').target_price == 1234.5
    assert only("symbol,target\nAAPL,1.234").target_price == 1.234
    assert only('symbol,target\nAAPL,"12,5"').status is RowStatus.NOT_UNDERSTOOD


def test_files_of_old_spreadsheets_are_read_with_a_warning() -> None:
    preview = understand("symbol;note\nAAPL;größer".encode("cp1252"))
    assert preview.rows[0].note == "größer"
    assert "Windows-1252" in preview.warnings[0]
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        preview = understand("symbol;note\nAAPL;größer".encode(encoding))
        assert (preview.rows[0].note, preview.warnings) == ("größer", ())


def test_of_a_file_that_is_too_long_the_first_thousand_rows_are_taken_and_it_says_so() -> None:
    preview = understand("symbol\n" + "\n".join(f"S{number}" for number in range(1234)))
    assert (len(preview.rows), preview.total) == (1000, 1234)
    assert "1,234 rows" in preview.warnings[0]


def test_an_empty_file_says_so_and_what_is_no_csv_is_refused() -> None:
    assert understand(b"\n \n").warnings == ("The file is empty.",)
    with pytest.raises(InvalidItem, match="no CSV"):
        understand("x" * 200_000)


def test_notes_that_cannot_be_kept_are_not_understood() -> None:
    assert "at most 2000" in only("symbol,note\nA," + "x" * 2001).why
    assert "control" in only("symbol,note\nA,a\x00b").why


NOTES = st.text(st.sampled_from("'=+-@\t\r\n ,;\"aé日\uff1d\uff20"), max_size=8)


@given(NOTES, st.one_of(st.none(), st.floats(min_value=1e-300, exclude_min=True, max_value=1e300)))
def test_what_is_written_for_spreadsheets_comes_back_as_it_was(
    note: str, price: float | None
) -> None:
    cell = csv_text.quoted(note)
    assert not cell.startswith(tuple(csv_text.FORMULA))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([["symbol", "note", "target"], ["AAPL", cell, price]])
    row = only(text.getvalue())
    # Lines are parted by one mark, as forms and files of other systems use two.
    told = note.replace("\r\n", "\n")
    assert (row.note, row.target_price, row.status) == (told, price, RowStatus.NEW)


def test_pasted_symbols_are_parted_by_blanks_commas_semicolons_and_lines() -> None:
    assert split(" AAPL, msft;VOD.L\r\n7203.T\tBRK-B ,, ") == [
        *("AAPL", "msft", "VOD.L", "7203.T", "BRK-B")
    ]
    assert split(" ,;\n") == []
