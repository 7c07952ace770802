"""What all commands have in common, and that docs/cli.md tells of each."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from stockapp import create_command_app
from stockapp.cli.exits import TITLES, Exit
from stockapp.cli.problems import problem_of
from stockapp.domain.symbol import InvalidSymbol
from stockapp.domain.watchlist import ListExists, NoSuchList, TooManyLists, WatchlistFull
from stockapp.ports import QueueFull, StoreTrouble
from stockapp.services.analyses import BadChoice
from stockapp.services.analyst import NotComputed
from stockapp.services.list_admin import Undeletable
from stockapp.services.refresh import TooManySymbols
from stockapp.services.task_admin import NoSuchTask, NotEnded
from stockapp.services.watchlists import InvalidItem, UnknownSymbol
from stockapp.web.errors import problem_of as problem_of_web

from .conftest import Run, app_on, group_of, runner_of

ROOT = Path(__file__).parent.parent.parent
DOCS = (ROOT / "docs" / "cli.md").read_text()


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


EVERY = dict(commands(create_command_app().cli))


def test_there_are_commands_for_all_that_pages_do() -> None:
    assert {name.split()[0] for name in EVERY} >= {
        *("doctor", "quote", "refresh", "analyze", "watchlist", "tasks", "cache", "providers"),
        *("backup", "restore", "settings"),
    }


@pytest.mark.parametrize("name", EVERY)
def test_each_takes_json_and_is_documented_with_an_example_and_its_options(name: str) -> None:
    command = EVERY[name]
    options = {option for one in command.params for option in one.opts if option.startswith("--")}
    assert "--json" in options
    assert command.help
    (section,) = [part for part in DOCS.split("\n### ") if part.startswith(f"{name}\n")]
    assert f"flask --app app {name}" in section
    assert [option for option in options - {"--json"} if option not in section] == []


def test_the_codes_by_which_commands_end_are_documented() -> None:
    assert set(TITLES) == set(Exit)
    for exit_ in Exit:
        assert f"| {int(exit_)} |" in DOCS


@pytest.mark.parametrize(
    "error",
    [
        InvalidSymbol("A A"),
        BadChoice("growth", "Too much."),
        InvalidItem("title", "Too long."),
        TooManySymbols("1001"),
        UnknownSymbol("NOPE", ()),
        NoSuchList("nowhere"),
        NoSuchTask("x"),
        WatchlistFull(10, 2),
        ListExists("Mine"),
        TooManyLists(50),
        Undeletable(),
        NotEnded("It runs."),
        NotComputed("It took too long."),
        QueueFull("many wait"),
        StoreTrouble("the disk is full"),
    ],
)
def test_errors_have_the_codes_that_the_json_interface_gives_them(error: Exception) -> None:
    with Flask("any").test_request_context("/api/any"):
        expected = problem_of_web(error)
    problem = problem_of(error)
    assert problem is not None
    assert problem.code == expected.code
    assert (problem.exit is Exit.NOT_FOUND) == (
        expected.status == 404 or problem.code == "unknown_symbol"
    )


def test_a_defect_is_not_taken_for_an_answer() -> None:
    assert problem_of(ZeroDivisionError()) is None


def test_help_and_settings_load_nothing_that_takes_long(tmp_path: Path) -> None:
    code = (
        "import sys, stockapp; app = stockapp.create_command_app();"
        "app.test_cli_runner().invoke(args=['settings', '--json']).stdout[0];"
        "print([n for n in ('requests', 'pandas', 'yfinance', 'gevent', 'stockapp.services')"
        " if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "STOCKAPP_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "[]\n", done.stderr


def test_settings_are_shown_with_their_origin_and_never_a_secret(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STOCKAPP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FMP_API_KEY", "hush-hush")
    shown = run("settings", "fmp_api_key", "STOCKAPP_DATA_DIR")
    assert f"STOCKAPP_DATA_DIR = {tmp_path}  [environment]" in shown.out
    assert "FMP_API_KEY = ********" in shown.out
    changed = run("settings", "--changed", "--json").document["settings"]
    assert {one["origin"] for one in changed} == {"environment"}
    assert run("settings", "nonsense").exit == 4


def test_settings_that_cannot_be_used_are_told_in_one_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "http")
    refused = run("settings", "--json")
    assert (refused.exit, refused.problem["code"]) == (5, "cannot_start")
    assert "PORT: Input should be a valid integer" in refused.problem["detail"]


def test_a_database_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "stockapp.sqlite3").write_bytes(b"no database" * 100)
    app = app_on(tmp_path)
    refused = runner_of(group_of(app, tmp_path))("watchlist", "lists", "--json")
    app.extensions["stockapp"].close()
    assert (refused.exit, refused.problem["code"]) == (5, "database_unavailable")


def test_backups_are_made_and_restored_by_command(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "backup.zip"
    app = app_on(data)
    run = runner_of(group_of(app, data))
    run("watchlist", "create", "Kept")
    made = run("backup", str(file), "--json").document
    assert [one["name"] for one in made["manifest"]["files"]] == ["stockapp.sqlite3"]
    assert run("backup", str(file), "--json").problem["code"] == "not_backed_up"
    assert run("restore", str(file), "--yes").exit == 5, "the application is open"
    app.extensions["stockapp"].close()
    assert run("restore", str(file)).exit == 2
    restored = run("restore", str(file), "--yes")
    assert restored.exit == 0
    assert "before-restore-" in restored.out


def test_a_search_finds_what_is_known(run: Run) -> None:
    found = run("search", "larkspur", "--json").document["results"]
    assert found[0]["symbol"] == "LARK.SIM"
    assert run("search", "no such company").err.strip()


def test_the_doctor_looks_at_the_machine(run: Run) -> None:
    done = run("doctor", "--offline", "--json")
    assert done.document["findings"][0]["what"].startswith("Data folder")
    assert done.exit == (0 if done.document["ok"] else 1)
    assert "Data folder" in run("doctor", "--offline").out
