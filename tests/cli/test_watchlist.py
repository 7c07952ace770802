"""`watchlist`: lists and what is on them."""

import json
from pathlib import Path

import pytest

from .conftest import Run


def symbols(run: Run, name: str) -> list[str]:
    items = run("watchlist", "show", "-l", name, "--json").document["items"]
    return [item["symbol"] for item in items]


def test_lists_are_made_renamed_and_deleted_and_come_back(run: Run) -> None:
    made = run("watchlist", "create", "To think about")
    assert (made.exit, made.out) == (0, "to-think-about\n")
    run("watchlist", "add", "LARK.SIM", "-l", "to-think-about")
    run("watchlist", "rename", "to-think-about", "Thought about")
    lists = run("watchlist", "lists", "--json").document["watchlists"]
    assert {"name": "to-think-about", "title": "Thought about", "size": 1} in lists
    assert "Thought about" in run("watchlist", "lists").out
    gone = run("watchlist", "delete", "to-think-about", "--yes", "--json").document
    assert gone["removed"] == ["LARK.SIM"]
    assert run("watchlist", "show", "-l", "to-think-about").exit == 4
    back = run("watchlist", "undo", gone["undo"], "--json").document
    assert (back["symbols"], back["deleted"]) == (["LARK.SIM"], True)
    assert run("watchlist", "undo", gone["undo"]).exit == 4
    run("watchlist", "delete", "to-think-about", "--yes")


def test_a_list_is_not_deleted_unasked(run: Run, a_list: str) -> None:
    refused = run("watchlist", "delete", a_list)
    assert refused.exit == 2
    assert "--yes" in refused.err
    assert symbols(run, a_list) == []


def test_one_symbol_is_looked_up_when_it_is_added(run: Run, a_list: str) -> None:
    added = run("watchlist", "add", "lark.sim", "-l", a_list, "--note", "why", "--target", "90")
    assert (added.exit, added.out) == (0, "LARK.SIM added\n")
    (item,) = run("watchlist", "show", "-l", a_list, "--json").document["items"]
    assert (item["name"], item["note"], item["target_price"]) == ("Larkspur Robotics", "why", 90)
    assert item["quote"]["price"] > 0
    again = run("watchlist", "add", "LARK.SIM", "-l", a_list)
    assert (again.exit, again.out) == (0, "LARK.SIM listed already\n")
    assert "target 90, why" in run("watchlist", "show", "-l", a_list).out


def test_what_no_source_knows_is_added_only_by_insisting(run: Run, a_list: str) -> None:
    refused = run("watchlist", "add", "UNKN.SIM", "-l", a_list, "--json")
    assert (refused.exit, refused.problem["code"]) == (4, "unknown_symbol")
    assert "--anyway" in refused.problem["detail"]
    assert run("watchlist", "add", "UNKN.SIM", "-l", a_list, "--anyway").exit == 0
    assert symbols(run, a_list) == ["UNKN.SIM"]


def test_many_symbols_are_added_at_once_and_what_is_none_is_told(run: Run, a_list: str) -> None:
    done = run("watchlist", "add", "LARK.SIM", "US0378331005", "QUIL.SIM", "-l", a_list)
    assert done.exit == 1
    assert done.out == "LARK.SIM added\nQUIL.SIM added\n"
    assert "is an ISIN" in done.err
    assert run("watchlist", "add", "A", "B", "--note", "x", "-l", a_list).exit == 2


def test_symbols_are_removed_and_come_back_to_their_place(run: Run, a_list: str) -> None:
    run("watchlist", "add", "LARK.SIM", "QUIL.SIM", "BRAM.SIM", "-l", a_list)
    removed = run("watchlist", "remove", "QUIL.SIM", "NOPE.SIM", "-l", a_list, "--json")
    assert removed.exit == 1
    assert removed.document["missing"] == ["NOPE.SIM"]
    assert symbols(run, a_list) == ["LARK.SIM", "BRAM.SIM"]
    run("watchlist", "undo", removed.document["undo"])
    assert symbols(run, a_list) == ["LARK.SIM", "QUIL.SIM", "BRAM.SIM"]
    assert run("watchlist", "remove", "NOPE.SIM", "-l", a_list).exit == 4


def test_symbols_are_placed_and_moved_to_another_list(run: Run, a_list: str) -> None:
    run("watchlist", "add", "LARK.SIM", "QUIL.SIM", "BRAM.SIM", "-l", a_list)
    placed = run("watchlist", "place", "BRAM.SIM", "--before", "LARK.SIM", "-l", a_list)
    assert placed.out == "BRAM.SIM\nLARK.SIM\nQUIL.SIM\n"
    other = run("watchlist", "create", "The other one", "--json").document["name"]
    moved = run("watchlist", "move", "LARK.SIM", "--from", a_list, "--to", other, "--json")
    assert (moved.exit, moved.document["moved"]) == (0, ["LARK.SIM"])
    assert symbols(run, other) == ["LARK.SIM"]
    assert run("watchlist", "move", "NOPE.SIM", "--from", a_list, "--to", other).exit == 4
    run("watchlist", "delete", other, "--yes")


def test_notes_and_targets_are_set_and_removed(run: Run, a_list: str) -> None:
    run("watchlist", "add", "LARK.SIM", "QUIL.SIM", "-l", a_list)
    assert run("watchlist", "note", "LARK.SIM", "cheap", "-l", a_list).exit == 0
    set_ = run("watchlist", "target", "LARK.SIM", "12.5", "-l", a_list, "--json").document
    assert (set_["note"], set_["target_price"]) == ("cheap", 12.5)
    gone = run("watchlist", "target", "LARK.SIM", "-l", a_list, "--json").document
    assert gone["target_price"] is None
    assert run("watchlist", "target", "NOPE.SIM", "1", "-l", a_list).exit == 4
    assert run("watchlist", "target", "LARK.SIM", "-1", "-l", a_list).exit == 2


def test_the_sample_comes_and_goes(run: Run, a_list: str) -> None:
    added = run("watchlist", "samples", "add", "-l", a_list, "--json").document["added"]
    assert "LARK.SIM" in added
    removed = run("watchlist", "samples", "remove", "-l", a_list, "--json").document["removed"]
    assert set(removed) == set(added)


def test_what_is_exported_is_imported_again(run: Run, a_list: str, tmp_path: Path) -> None:
    run("watchlist", "add", "LARK.SIM", "QUIL.SIM", "-l", a_list)
    run("watchlist", "note", "LARK.SIM", "=1+1", "-l", a_list)
    file = tmp_path / "list.csv"
    assert run("watchlist", "export", str(file), "-l", a_list).exit == 0
    assert "'=1+1" in file.read_text()
    assert run("watchlist", "export", str(file), "-l", a_list).exit == 1
    assert (
        run("watchlist", "export", "-l", a_list).out.splitlines()
        == file.read_text().split("\n")[:-1]
    )
    run("watchlist", "remove", "LARK.SIM", "QUIL.SIM", "-l", a_list)
    looked = run("watchlist", "import", str(file), "-l", a_list, "--preview", "--json")
    assert looked.document["counts"]["new"] == 2
    assert symbols(run, a_list) == []
    done = run("watchlist", "import", str(file), "-l", a_list)
    assert done.out == "2 added, 0 changed, 0 skipped\n"
    items = run("watchlist", "show", "-l", a_list, "--json").document["items"]
    assert items[0]["note"] == "=1+1"


def test_a_file_may_come_by_standard_input(run: Run, a_list: str) -> None:
    done = run("watchlist", "import", "-", "-l", a_list, stdin="symbol\nLARK.SIM\n")
    assert done.exit == 0
    assert symbols(run, a_list) == ["LARK.SIM"]


@pytest.mark.parametrize(
    ("words", "exit_", "code"),
    [
        (("create", "Watchlist"), 1, "watchlist_exists"),
        (("create", ""), 2, "invalid_value"),
        (("delete", "default", "--yes"), 1, "watchlist_stays"),
        (("rename", "nowhere", "X"), 4, "unknown_watchlist"),
        (("add", "A A A"), 2, "invalid_symbol"),
        (("place", "LARK.SIM", "--before", "NOPE.SIM"), 2, "invalid_value"),
    ],
)
def test_what_cannot_be_done_is_told_by_code(
    run: Run, words: tuple[str, ...], exit_: int, code: str
) -> None:
    refused = run("watchlist", *words, "--json")
    assert (refused.exit, refused.problem["code"], refused.problem["exit"]) == (exit_, code, exit_)
    plain = run("watchlist", *words)
    assert (plain.exit, plain.err) == (exit_, f"Error: {refused.problem['detail']}\n")


def test_one_document_is_all_that_programs_get(run: Run, a_list: str) -> None:
    told = run("watchlist", "show", "-l", a_list, "--json")
    assert json.loads(told.out)["items"] == []
    assert told.err == ""
