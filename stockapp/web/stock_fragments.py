"""Live updates of a stock's page: the partials that render it also render its changes.

Each function needs an application context, and no request.
"""

from markupsafe import escape

from stockapp.web.fragments import partial
from stockapp.web.rendering import render
from stockapp.web.stock_views import StockView


def head(view: StockView) -> str:
    """Name and price."""
    return partial("#stock", render("partials/_stock_head.html", stock=view))


def run(view: StockView) -> str:
    """The analysis that runs, with its stages."""
    return partial("#run", render("partials/_stock_run.html", stock=view))


def chart(view: StockView) -> str:
    """The price history."""
    return partial("#history", render("partials/_stock_history.html", stock=view))


def statements(view: StockView) -> str:
    """The statements as tables."""
    return partial("#statements", render("partials/_stock_statements.html", stock=view))


def figures(view: StockView, key: str) -> str:
    """What was computed: doubts, value and soundness; of the page whose choices have that key."""
    doubts = render("partials/_stock_doubts.html", stock=view, key=key)
    html = render("partials/_stock_figures.html", stock=view, key=key)
    return partial(f"#doubts-{key}", doubts) + partial(f"#figures-{key}", html)


def everything(view: StockView, key: str) -> str:
    """All that can change."""
    return "".join((head(view), run(view), figures(view, key), chart(view), statements(view)))


def chosen(view: StockView) -> str:
    """What other assumptions change: the figures, and the form's notes."""
    doubts = render("partials/_stock_doubts.html", stock=view, key=view.key)
    html = render("partials/_stock_figures.html", stock=view, key=view.key)
    said = view.value.said if view.value else view.no_value
    told = partial("#value-said", str(escape(said)), swap="innerHTML")
    changed = partial("[data-doubts]", doubts) + partial("[data-figures]", html)
    return changed + told + problem(view)


def problem(view: StockView) -> str:
    """What is wrong with what was typed; the form itself stays as it is."""
    html = render("partials/_stock_problem.html", choices=view.choices)
    return partial("#choices-problem", html, swap="innerHTML")
