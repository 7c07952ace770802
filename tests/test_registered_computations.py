"""Whatever is computed elsewhere can be asked for by name in the distributed set."""

import ast
import contextlib
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stockapp.bootstrap.computations import computations
from stockapp.domain.research import Part
from stockapp.providers import researchers
from stockapp.settings import Settings

PACKAGE = Path(__file__).parent.parent / "stockapp"
# What gives a call on to `run_cpu`, by module; and where `run_cpu` itself is handed on, to be
# called as `_compute` elsewhere.
HANDED_ON = {"bootstrap/fetching.py"}
COMPUTING = {"run_cpu", "_compute"}
# Those that implement it.
EXECUTORS = "backends/"


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(EXECUTORS):
            yield name, ast.parse(path.read_text())


def calls_of(tree: ast.Module) -> Iterator[ast.Call]:
    """Each call that has something computed."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in COMPUTING:
                yield node


def given_on(tree: ast.Module) -> set[str]:
    """The parameters of those functions that only give a call on."""
    return {
        node.args.args[1].arg
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in COMPUTING and len(node.args.args) > 1
    }


def asked_for() -> dict[str, set[str]]:
    """What each module has computed, as it is written there."""
    found: dict[str, set[str]] = {}
    for name, tree in modules():
        asked = {ast.unparse(call.args[0]) for call in calls_of(tree)} - given_on(tree)
        if asked:
            found[name] = asked
    return found


def meant(module: str, written: str, settings: Settings) -> list[Callable[..., Any]]:
    """The calls behind what a module writes."""
    if written == "self.researcher.parse":
        return [one.parse for one in researchers(settings) if Part.HISTORY in one.parts]
    name = "stockapp." + module.removesuffix(".py").replace("/", ".")
    return [getattr(importlib.import_module(name), written)]


@pytest.fixture
def settings() -> Settings:
    return Settings(_env_file=None)


def test_run_cpu_is_handed_on_only_where_this_test_knows() -> None:
    handed = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "run_cpu"
        if not any(call.func is node for call in calls_of(tree))
    }
    assert handed == HANDED_ON


def test_whatever_is_computed_is_registered(settings: Settings) -> None:
    """What fails here lacks in bootstrap/computations.py."""
    asked = asked_for()
    assert set(asked) == {"fetching/desk.py", "services/analyst.py", "services/market_hours.py"}
    known = computations(settings)
    for module, all_written in asked.items():
        for written in all_written:
            for call in meant(module, written, settings):
                # Without arguments it goes no further, if it is known.
                with contextlib.suppress(ValueError):
                    known.arguments(call, ())
