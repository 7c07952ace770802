"""What templates use is what they are handed: their names and the fields of the views.

A new template that Python renders is one line in HANDED; those that it includes are followed.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, make_dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError

from stockapp.services.storage_watch import StorageReport
from stockapp.web.columns import Column, Layout
from stockapp.web.docs_views import DocsView
from stockapp.web.errors import Problem
from stockapp.web.present_access import AccessView, TypedToken
from stockapp.web.present_cache import CacheView
from stockapp.web.present_compare import CompareView
from stockapp.web.present_health import HealthView
from stockapp.web.present_import import PreviewView
from stockapp.web.present_source_cards import SourcesView
from stockapp.web.present_tasks import ItemView as TaskItemView
from stockapp.web.present_tasks import TaskView
from stockapp.web.present_work import WorkersView, WorkView
from stockapp.web.stock_views import ChoicesView, StockView
from stockapp.web.views import AttemptView, PriceView, RefreshView, SourceView
from stockapp.web.watchlist_views import (
    AddProblem,
    BoardView,
    FoundView,
    ItemView,
    ListTab,
    LiveView,
    PageView,
    RowView,
    TotalsView,
)

from .template_types import Checker

WEB = Path(__file__).parent.parent.parent / "stockapp" / "web"

ATTEMPTS = tuple[AttemptView, ...]
TABS = tuple[ListTab, ...]
HANDED: dict[str, dict[str, Any]] = {
    "pages/about.html": {},
    "pages/access.html": {
        **{"access": AccessView, "typed": TypedToken, "made": str, "secret": str, "said": str},
    },
    "pages/api_docs.html": {"docs": DocsView},
    "pages/clear_cache.html": {"kind": str, "title": str, "amount": str},
    "pages/compare.html": {"compare": CompareView, "typed": str, "problem": str, "most": int},
    "pages/error.html": {"problem": Problem},
    "pages/import.html": {
        **{"name": str, "title": str, "list_path": str, "typed": str, "problem": str},
        **{"preview": PreviewView | None},
    },
    "pages/item.html": {"item": ItemView, "title": str, "said": str},
    "pages/login.html": {"next": str, "problem": str},
    "pages/stock.html": {"stock": StockView, "said": str},
    "pages/system.html": {
        **{"health": HealthView, "work": WorkView, "machine": WorkersView},
        **{"sources": SourcesView, "cache": CacheView | None, "troubles": list[str], "said": str},
    },
    "pages/task.html": {
        **{"task": TaskView, "task_id": str, "items": list[TaskItemView]},
        **{"event_id": int, "now": str, "said": str},
    },
    "pages/task_item.html": {"item": TaskItemView, "attempts": ATTEMPTS, "task_id": str},
    "pages/tasks.html": {
        **{"tasks": list[TaskView], "newest": bool, "older": str},
        **{"event_id": int, "now": str, "said": str},
    },
    "pages/watchlist.html": {
        **{"board": BoardView, "page": PageView, "shows": str},
        **{"unused": tuple[Column, ...]},
    },
    "partials/_add.html": {"name": str, "typed": str, "problem": AddProblem | None},
    "partials/_analysis.html": {"analysis": RefreshView | None, "name": str},
    "partials/_cache.html": {"cache": CacheView | None, "troubles": list[str]},
    "partials/_columns.html": {"board": BoardView, "unused": tuple[Column, ...], "open": bool},
    "partials/_comparison.html": {"compare": CompareView},
    "partials/_found.html": {"found": FoundView},
    "partials/_item.html": {"item": ItemView},
    "partials/_item_facts.html": {"item": ItemView, "row": RowView, "price": PriceView | None},
    "partials/_list_title.html": {"board": BoardView},
    "partials/_live_line.html": {"live": LiveView},
    "partials/_live_words.html": {"live": LiveView},
    "partials/_notices.html": {"board": BoardView},
    "partials/_refresh.html": {"refresh": RefreshView | None, "name": str},
    "partials/_row.html": {"row": RowView, "name": str, "layout": Layout},
    "partials/_sources.html": {"failing": tuple[SourceView, ...], "name": str},
    "partials/_status.html": {"text": str, "level": str, "name": str, "undo": str},
    "partials/_stock_doubts.html": {"stock": StockView, "key": str},
    "partials/_stock_figures.html": {"stock": StockView, "key": str},
    "partials/_stock_head.html": {"stock": StockView},
    "partials/_stock_history.html": {"stock": StockView},
    "partials/_stock_problem.html": {"choices": ChoicesView},
    "partials/_stock_run.html": {"stock": StockView},
    "partials/_stock_statements.html": {"stock": StockView},
    "partials/_storage.html": {},
    "partials/_system_health.html": {"health": HealthView},
    "partials/_system_sources.html": {"sources": SourcesView},
    "partials/_system_tasks.html": {"work": WorkView},
    "partials/_system_workers.html": {"machine": WorkersView},
    "partials/_table.html": {"board": BoardView},
    "partials/_tabs_all.html": {"tabs": TABS},
    "partials/_task_attempts.html": {"item": TaskItemView, "attempts": ATTEMPTS, "task_id": str},
    "partials/_task_head.html": {"task": TaskView},
    "partials/_task_item.html": {"item": TaskItemView, "task_id": str},
    "partials/_task_items.html": {"items": list[TaskItemView], "task_id": str},
    "partials/_task_row.html": {"task": TaskView},
    "partials/_tasks.html": {"tasks": list[TaskView]},
    "partials/_totals.html": {"totals": tuple[TotalsView, ...]},
}


def storage_report() -> StorageReport:
    """As the application's own."""
    return StorageReport()


def theme() -> str:
    """As the application's own."""
    return ""


def logged_in() -> bool:
    """As the application's own."""
    return False


def item_path(name: str, symbol: str) -> str:
    """As the application's own."""
    return f"{name}/{symbol}"


# What all templates see.
GLOBALS: dict[str, Any] = {
    **{"asset": Any, "storage_report": storage_report},
    **{"theme": theme, "item_path": item_path, "token": str, "logged_in": logged_in},
}


@pytest.fixture
def environment(reader: FlaskClient) -> Environment:
    """The application's."""
    return reader.application.jinja_env


def problems(source: Mapping[str, str], **names: Any) -> list[str]:
    """What is found in a page of this source."""
    checker = Checker(Environment(loader=DictLoader(dict(source))), GLOBALS)
    return checker.check("page", names)


def rendered() -> Iterator[tuple[str, str, set[str]]]:
    """Each call of render: where it is, the template, and the names it hands over."""
    for path in WEB.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in ("render", "render_template") and node.args:
                names = {keyword.arg or "**" for keyword in node.keywords}
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield f"{path.name}:{node.lineno}", part.value, names


def test_templates_use_only_what_they_are_handed(environment: Environment) -> None:
    checker = Checker(environment, GLOBALS)
    found = [line for template, names in HANDED.items() for line in checker.check(template, names)]
    assert sorted(set(found)) == []


def test_templates_are_handed_what_the_table_says() -> None:
    calls = list(rendered())
    assert len(calls) > 20
    differing = {
        where: template
        for where, template, names in calls
        if names != set(HANDED.get(template, {"nothing": Any}))
    }
    assert differing == {}


def test_each_template_that_python_names_is_in_the_table() -> None:
    named = {
        name
        for path in WEB.glob("*.py")
        for name in re.findall(r'"((?:pages|partials)/\w+\.html)"', path.read_text())
    }
    assert named == set(HANDED)


def test_a_template_that_is_handed_too_little_fails_instead_of_showing_nothing(
    environment: Environment,
) -> None:
    assert environment.undefined is StrictUndefined
    with pytest.raises(UndefinedError):
        environment.get_template("partials/_status.html").render(text="no level")


def test_a_field_that_is_renamed_is_missed(environment: Environment) -> None:
    for name in ("price", "symbol", "worth", "sort"):
        others = [(field.name, field.type) for field in fields(RowView) if field.name != name]
        renamed = make_dataclass("Renamed", others)
        found = Checker(environment, GLOBALS).check("pages/watchlist.html", page_of(renamed))
        assert any(line.endswith(f"Renamed has no {name}") for line in found), name


def page_of(row: type) -> dict[str, Any]:
    """What the watchlist's page is handed, with rows of another type."""
    others = [(field.name, field.type) for field in fields(BoardView) if field.name != "rows"]
    board = make_dataclass("Board", [*others, ("rows", tuple[row, ...])])  # type: ignore[valid-type]
    return HANDED["pages/watchlist.html"] | {"board": board}


def test_types_are_followed_through_all_that_templates_do() -> None:
    include = {"page": "{% include 'part' %}", "part": "{{ row.nothing }}"}
    assert problems(include, row=RowView) == ["part:1: RowView has no nothing"]
    loop = {"page": "{% for row in board.rows %}{{ row.price.nothing }}{% endfor %}"}
    assert problems(loop, board=BoardView) == ["page:1: PriceView has no nothing"]
    alias = {"page": "{% set a = row.price %}{% with b = a %}{{ b.nothing }}{% endwith %}"}
    assert problems(alias, row=RowView) == ["page:1: PriceView has no nothing"]
    macro = {"page": "{% macro cell(of) %}{{ of.nothing }}{% endmacro %}{{ cell(row) }}"}
    assert problems(macro, row=RowView) == ["page:1: RowView has no nothing"]
    shared = {
        "page": "{% from 'cells' import cell as c %}{{ c(row) }}",
        "cells": "{% macro cell(of) %}{{ of.nothing }}{% endmacro %}",
    }
    assert problems(shared, row=RowView) == ["cells:1: RowView has no nothing"]
    layout = {"page": "{% extends 'base' %}", "base": "{{ storage_report().nothing }}{{ other }}"}
    assert problems(layout) == [
        "base:1: StorageReport has no nothing",
        "base:1: nobody hands over other",
    ]
    known = {"page": "{% for k, v in row.sort.items() %}{{ k ~ v ~ loop.index }}{% endfor %}"}
    assert problems(known, row=RowView) == []
