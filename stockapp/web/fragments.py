"""Live updates as HTML: the partials that render the page also render its changes.

Each function needs an application context, and no request.
"""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import escape

from stockapp.domain.task import Task
from stockapp.domain.watchlist import Watchlist
from stockapp.services.board import Row, SourceStatus
from stockapp.web import present, present_board, present_row
from stockapp.web.columns import Layout
from stockapp.web.present_sources import failing_sources
from stockapp.web.rendering import render
from stockapp.web.watchlist_views import AddProblem, BoardView, LiveView


def rows(changed: Sequence[Row], now: datetime, name: str, layout: Layout) -> str:
    """Rows that are on the page of that list, anew."""
    views = (present_row.row_view(row, now, layout) for row in changed)
    return "".join(
        partial(f"#{view.id}", render("partials/_row.html", row=view, name=name, layout=layout))
        for view in views
    )


def refresh(task: Task | None, name: str) -> str:
    """The refresh bar of a list."""
    view = present.refresh_view(task)
    return partial("#refresh", render("partials/_refresh.html", refresh=view, name=name))


def analysis(task: Task | None, name: str) -> str:
    """The bar of the analysis of a whole list."""
    view = present.refresh_view(task)
    return partial("#analysis", render("partials/_analysis.html", analysis=view, name=name))


def sources(statuses: Sequence[SourceStatus], now: datetime, name: str) -> str:
    """Which sources cannot be reached, and why."""
    failing = failing_sources(statuses, now)
    return partial("#sources", render("partials/_sources.html", failing=failing, name=name))


def totals(all_rows: Sequence[Row]) -> str:
    """What the rows of a list come to."""
    told = present_board.totals(all_rows)
    return partial("#totals", render("partials/_totals.html", totals=told))


def tabs(lists: Sequence[Watchlist], here: str) -> str:
    """All lists, as the page of one of them shows them."""
    told = present_board.tabs(lists, here)
    return partial("#lists-all", render("partials/_tabs_all.html", tabs=told))


def whole(view: BoardView) -> str:
    """All of a page that can change: for rows that come or go, and for pages that missed much."""
    name = view.name
    refresh_bar = render("partials/_refresh.html", refresh=view.refresh, name=name)
    analysis_bar = render("partials/_analysis.html", analysis=view.analysis, name=name)
    return "".join(
        (
            partial("#list-name", render("partials/_list_title.html", board=view)),
            partial("#watchlist", render("partials/_table.html", board=view)),
            partial("#lists-all", render("partials/_tabs_all.html", tabs=view.tabs)),
            partial("#notices", render("partials/_notices.html", board=view)),
            partial("#totals", render("partials/_totals.html", totals=view.totals)),
            partial("#refresh", refresh_bar),
            partial("#analysis", analysis_bar),
            partial("#sources", render("partials/_sources.html", failing=view.failing, name=name)),
        )
    )


def columns(board: BoardView, unused: Sequence[object]) -> str:
    """The choice of columns."""
    html = render("partials/_columns.html", board=board, unused=unused, open=True)
    return partial("#columns", html)


def live_line(live: LiveView) -> str:
    """The line about live mode, with its switch."""
    return partial("#live-line", render("partials/_live_line.html", live=live))


def message(text: str, level: str = "info", *, name: str = "", undo: str = "") -> str:
    """A sentence in the page's one status region; `level` is info or error.

    With `undo`, the token of a removal, a button beside it takes that back on the page of the list
    of that name.
    """
    html = render("partials/_status.html", text=text, level=level, name=name, undo=undo)
    return partial("#status", html)


def add_form(name: str, typed: str, problem: AddProblem | None) -> str:
    """The form for adding, with what was typed and what is wrong with it."""
    html = render("partials/_add.html", name=name, typed=typed, problem=problem)
    return partial("#add", html)


def edit_problem(text: str) -> str:
    """What is wrong with what was typed into an item's form; "" takes it away.

    Only this: the form itself stays as it is, so that nothing typed is lost.
    """
    return partial("#item-problem", str(escape(text)), swap="innerHTML")


def partial(target: str, html: str, swap: str = "outerMorph") -> str:
    """HTML that takes the place of the element which that selector finds on the page."""
    return f'<hx-partial hx-target="{target}" hx-swap="{swap}">{html}</hx-partial>\n'
