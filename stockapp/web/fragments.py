"""Live updates as HTML: the partials that render the page also render its changes.

Each function needs an application context, and no request.
"""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import escape

from stockapp.domain.task import Task
from stockapp.services.board import Board, Row, SourceStatus
from stockapp.web import present
from stockapp.web.present_sources import failing_sources
from stockapp.web.rendering import render
from stockapp.web.views import AddProblem


def rows(changed: Sequence[Row], now: datetime) -> str:
    """Rows that are on the page, anew."""
    views = (present.row_view(row, now) for row in changed)
    return "".join(partial(f"#{view.id}", render("partials/_row.html", row=view)) for view in views)


def refresh(task: Task | None, now: datetime) -> str:
    """The refresh bar."""
    view = present.refresh_view(task)
    return partial("#refresh", render("partials/_refresh.html", refresh=view))


def analysis(task: Task | None) -> str:
    """The bar of the analysis of a whole list."""
    view = present.refresh_view(task)
    return partial("#analysis", render("partials/_analysis.html", analysis=view))


def sources(statuses: Sequence[SourceStatus], now: datetime) -> str:
    """Which sources cannot be reached, and why."""
    failing = failing_sources(statuses, now)
    return partial("#sources", render("partials/_sources.html", failing=failing))


def whole(board: Board, now: datetime) -> str:
    """All of a page that can change: for rows that come or go, and for pages that missed much."""
    view = present.board_view(board, now)
    return "".join(
        (
            partial("#watchlist", render("partials/_table.html", board=view)),
            partial("#notices", render("partials/_notices.html", board=view)),
            partial("#refresh", render("partials/_refresh.html", refresh=view.refresh)),
            partial("#analysis", render("partials/_analysis.html", analysis=view.analysis)),
            partial("#sources", render("partials/_sources.html", failing=view.failing)),
        )
    )


def message(text: str, level: str = "info") -> str:
    """A sentence in the page's one status region; `level` is info or error."""
    return partial("#status", render("partials/_status.html", text=text, level=level))


def add_form(typed: str, problem: AddProblem | None) -> str:
    """The form for adding, with what was typed and what is wrong with it."""
    return partial("#add", render("partials/_add.html", typed=typed, problem=problem))


def edit_problem(symbol: str, text: str) -> str:
    """What is wrong with what was typed into a row's form; "" takes it away.

    Only this: the form itself stays as it is, so that nothing typed is lost.
    """
    return partial(f"#{present.row_id(symbol)}-problem", str(escape(text)), swap="innerHTML")


def partial(target: str, html: str, swap: str = "outerMorph") -> str:
    """HTML that takes the place of the element which that selector finds on the page."""
    return f'<hx-partial hx-target="{target}" hx-swap="{swap}">{html}</hx-partial>\n'
