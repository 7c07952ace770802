"""Live updates as HTML: the partials that render the page also render its changes.

Each function needs an application context, and no request.
"""

from collections.abc import Sequence
from datetime import datetime

from flask import current_app

from stockapp.domain.task import Task
from stockapp.services.board import Board, Row, SourceStatus
from stockapp.web import present


def rows(changed: Sequence[Row], now: datetime) -> str:
    """Rows that are on the page, anew."""
    return "".join(
        _partial(f"#{view.id}", _render("partials/_row.html", row=view))
        for view in (present.row_view(row, now) for row in changed)
    )


def refresh(task: Task | None, now: datetime) -> str:
    """The refresh bar."""
    view = present.refresh_view(task)
    return _partial("#refresh", _render("partials/_refresh.html", refresh=view))


def sources(statuses: Sequence[SourceStatus], now: datetime) -> str:
    """Which sources cannot be reached, and why."""
    failing = present.failing_sources(statuses, now)
    return _partial("#sources", _render("partials/_sources.html", failing=failing))


def whole(board: Board, now: datetime) -> str:
    """All of a page that can change."""
    view = present.board_view(board, now)
    return "".join(
        (
            _partial("#watchlist", _render("partials/_table.html", board=view)),
            _partial("#notices", _render("partials/_notices.html", board=view)),
            _partial("#refresh", _render("partials/_refresh.html", refresh=view.refresh)),
            _partial("#sources", _render("partials/_sources.html", failing=view.failing)),
        )
    )


def message(text: str, level: str = "info") -> str:
    """A sentence in the page's one status region."""
    return _partial("#status", _render("partials/_status.html", text=text, level=level))


def add_form(text: str, problem: present.AddProblem | None) -> str:
    """The form for adding, with what was typed and what is wrong with it."""
    return _partial("#add", _render("partials/_add.html", typed=text, problem=problem))


def _render(template: str, **values: object) -> str:
    return current_app.jinja_env.get_template(template).render(**values)


def _partial(target: str, html: str) -> str:
    return f'<hx-partial hx-target="{target}" hx-swap="outerMorph">{html}</hx-partial>\n'
