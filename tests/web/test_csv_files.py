"""CSV downloads."""

import csv
import io

import pytest

from stockapp.web import csv_files


def read(*rows: list[csv_files.Cell], symbol: str = "VOD.L") -> list[list[str]]:
    response = csv_files.download("history", symbol, ["day", "value"], rows)
    return list(csv.reader(io.StringIO(response.get_data(as_text=True))))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'=1"])
def test_a_spreadsheet_runs_nothing_of_what_others_wrote(text: str) -> None:
    assert read(["a", text])[1][1] == f"'{text}"


def test_numbers_keep_their_sign_and_what_is_unknown_is_empty() -> None:
    rows = read(["a", -1.5], ["b", None], ["c", float("nan")], ["d", 2e9], ["e", float("inf")])
    assert [row[1] for row in rows[1:]] == ["-1.5", "", "", "2000000000", ""]


def test_commas_quotes_and_line_breaks_survive() -> None:
    told = 'one, "two"\nthree'
    assert read(["a", told])[1][1] == told


def test_the_file_is_named_by_what_it_holds_and_never_by_more_than_letters() -> None:
    response = csv_files.download("history", 'A"/../B', ["x"], [])
    disposition = response.headers["Content-Disposition"]
    assert disposition == 'attachment; filename="history-A_____B.csv"'
    assert response.headers["Cache-Control"] == "no-store"
