"""Commands in this process, on one application that no server shares, with simulated companies."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from stockapp import cli, create_app
from stockapp.backends.embedded.archive import FolderArchive
from stockapp.services import passwords
from stockapp.settings import DATABASE, Settings
from stockapp.settings.report import settings_report


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said where."""

    exit: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What it told programs: one document, and nothing else."""
        return json.loads(self.out)

    @property
    def problem(self) -> Any:
        """Why it ended without an answer."""
        assert self.out == ""
        return json.loads(self.err)


Run = Callable[..., Done]


def app_on(data_dir: Path, **changes: object) -> Flask:
    """An application as a command has it: it takes no tasks but its own."""
    values: dict[str, object] = {
        "data_dir": data_dir,
        "sample": "none",
        "sources": "google",
        "simulated_latency_ms": 5,
        "log_level": "ERROR",
        **changes,
    }
    return create_app(Settings.model_validate(values), start=False)


def group_of(app: Flask, data_dir: Path, **changes: Any) -> click.Group:
    """The commands of an application that stays open when one of them is done.

    `changes`: of what they work with.
    """
    group = click.Group()
    house = app.extensions["stockapp"]
    cli.register(
        group,
        lambda: replace(house.tools(), close=lambda: None, **changes),
        lambda: FolderArchive(data_dir, DATABASE),
        settings_report,
        passwords.chosen,
    )
    return group


def runner_of(group: click.Group) -> Run:
    def run(*words: str, stdin: str | bytes | None = None) -> Done:
        result = CliRunner().invoke(group, words, input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture(scope="session")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[click.Group]:
    folder = tmp_path_factory.mktemp("commands")
    app = app_on(folder)
    yield group_of(app, folder)
    app.extensions["stockapp"].close()


@pytest.fixture(scope="session")
def run(group: click.Group) -> Run:
    """Runs a command; tests have lists and symbols of their own."""
    return runner_of(group)


@pytest.fixture
def a_list(run: Run, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of an empty list."""
    title = f"List {abs(hash(request.node.nodeid)) % 10**9}"
    name: str = run("watchlist", "create", title, "--json").document["name"]
    yield name
    run("watchlist", "delete", name, "--yes")
