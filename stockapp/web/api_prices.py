"""JSON: refreshing quotes, and what the cache holds of them."""

import math
from collections.abc import Collection
from typing import Any

from flask import Blueprint, Response, jsonify

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.freshness import Freshness, Lifetime
from stockapp.domain.task import Task
from stockapp.ports import Clock
from stockapp.services.aged import Aged
from stockapp.services.board import QuoteView, Row, SymbolReport
from stockapp.services.boards import Boards
from stockapp.services.quotes import Quotes
from stockapp.services.refresh import Refreshes, Started
from stockapp.services.verdicts import Line
from stockapp.services.waiting import TaskWaiter
from stockapp.services.watchlists import Watchlists
from stockapp.web import inputs, task_json
from stockapp.web.errors import Problem, not_found
from stockapp.web.openapi.answers_analysis import QuoteTold
from stockapp.web.openapi.answers_quotes import FreshPrices
from stockapp.web.openapi.answers_tasks import PricesDone
from stockapp.web.openapi.answers_watchlists import Board
from stockapp.web.openapi.call import Gives, described, started
from stockapp.web.schemas import RefreshInput
from stockapp.web.schemas_watchlist import OfListInput

# Reasons that stay, whenever one asks again.
_NEVER = frozenset({Reason.UNSUPPORTED_SYMBOL, Reason.NOT_CONFIGURED})


class PricesApi:
    """The calls about quotes."""

    def __init__(
        self,
        refreshes: Refreshes,
        watchlists: Watchlists,
        boards: Boards,
        quotes: Quotes,
        waiter: TaskWaiter,
        clock: Clock,
        lifetime: Lifetime,
    ) -> None:
        self._refreshes = refreshes
        self._watchlists = watchlists
        self._boards = boards
        self._quotes = quotes
        self._waiter = waiter
        self._clock = clock
        self._lifetime = lifetime

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("api_prices", __name__, url_prefix="/api")
        blueprint.add_url_rule(
            "/watchlist/live-prices-async", view_func=self.refresh, methods=["GET", "POST"]
        )
        blueprint.add_url_rule("/watchlist/cached", view_func=self.watchlist)
        blueprint.add_url_rule("/quote/<ticker>/cached", view_func=self.quote)
        return blueprint

    @described(
        "refresh",
        "Quotes",
        takes=RefreshInput,
        gives={
            200: Gives(
                (FreshPrices, PricesDone),
                "All quotes were fresh; or the task ended while the client waited.",
                ("Cache-Status",),
            ),
            202: started(),
        },
        faults=("404 unknown_watchlist", "422 invalid_symbol", "422 too_many_symbols"),
        waits=True,
    )
    def refresh(self) -> Response:
        """Start a refresh, or join the one that runs; 200 when all quotes are fresh."""
        wanted = inputs.read(RefreshInput)
        self._watchlists.require(wanted.watchlist)
        with inputs.symbol_from("symbols"):
            started = self._refreshes.start(
                wanted.symbols, watchlist=wanted.watchlist, force=wanted.force
            )
        if started.task is None:
            response = jsonify({**started.result(), "cached": True})
            response.headers["Cache-Status"] = self._status(started.fresh)
            return response
        return self._accepted(started, started.task)

    @described(
        "getBoard",
        "Quotes",
        takes=OfListInput,
        gives={200: Gives((Board,), headers=("Cache-Status",))},
        faults=("404 unknown_watchlist",),
    )
    def watchlist(self) -> Response:
        """Everything the list's page shows, from the cache only."""
        name = inputs.read(OfListInput).watchlist
        self._watchlists.require(name)
        board = self._boards.board(name)
        response = jsonify(
            {
                "watchlist": board.watchlist,
                "items": [_row_to_json(row) for row in board.rows],
                "refresh": task_json.summary(board.refresh) if board.refresh else None,
                "event_id": board.event_id,
            }
        )
        views = [row.quote for row in board.rows if row.quote]
        missing = len(board.rows) - len(views)
        response.headers["Cache-Status"] = self._status(views, missing)
        return response

    @described(
        "getQuote",
        "Quotes",
        gives={
            200: Gives(
                (QuoteTold, PricesDone),
                "The last quote; or the refresh that ended while the client waited.",
                ("Cache-Status",),
            ),
            202: started(cached=True),
        },
        faults=(
            "404 unknown_symbol",
            "404 unsupported_symbol",
            "404 unknown_quote",
            "503 no_price",
        ),
        waits=True,
    )
    def quote(self, ticker: str) -> Response:
        """The last quote at once; a stale one with a refresh behind, none with a task to follow."""
        symbol = inputs.ticker(ticker)
        known = self._quotes.known([symbol])[symbol]
        if known.quote is None:
            if known.report and known.report.error:
                self._refuse_repeat(symbol, known.report, known.report.error)
            started = self._refreshes.start([symbol], force=False)
            if started.task:
                response = self._accepted(started, started.task)
                collapsed = "; collapsed" if started.joined else ""
                response.headers["Cache-Status"] = f"stockapp; fwd=miss{collapsed}"
                return response
            known = self._quotes.known([symbol])[symbol]
        if known.quote is None:
            raise not_found("quote", f"There is no quote of {symbol} any more; ask again.")
        refresh = self._refresh_behind(symbol, known.quote, known.report)
        response = jsonify(
            {
                "quote": known.quote.to_json(),
                "cached": True,
                "refresh": task_json.summary(refresh) if refresh else None,
            }
        )
        response.headers["Cache-Status"] = self._status([known.quote])
        return response

    def _refresh_behind(
        self, symbol: str, view: QuoteView, report: SymbolReport | None
    ) -> Task | None:
        resting = report is not None and report.rest_seconds(self._clock.now()) > 0
        if view.freshness is Freshness.FRESH or resting:
            return None
        return self._refreshes.start_behind([symbol])

    def _refuse_repeat(self, symbol: str, report: SymbolReport, error: Failure) -> None:
        rest = report.rest_seconds(self._clock.now())
        if rest <= 0:
            return
        extra = {"symbol": symbol, "attempts": [entry.to_json() for entry in report.attempts]}
        if error.reason is Reason.NOT_FOUND:
            detail = f"No source knows {symbol}."
            raise Problem(404, "unknown_symbol", detail, field="ticker", extra=extra)
        if error.reason in _NEVER:
            detail = f"No source in use has prices of {symbol}: {error.detail}"
            raise Problem(404, "unsupported_symbol", detail, field="ticker", extra=extra)
        detail = f"No source gave a price for {symbol} just now: {error.detail}"
        retry = str(max(1, round(rest)))
        raise Problem(503, "no_price", detail, extra=extra, headers={"Retry-After": retry})

    def _accepted(self, started: Started, task: Task) -> Response:
        """The 202, or the result where the client waits for it and it comes in time."""
        return task_json.accepted(
            task, joined=started.joined, waiter=self._waiter, seconds=inputs.wait_seconds()
        )

    def _status(self, views: Collection[QuoteView], missing: int = 0) -> str:
        """Cache-Status (RFC 9211): the time to live of the oldest; below 0 it is stale."""
        if not views:
            return "stockapp; detail=nothing-cached"
        # Rounded down: a stale quote's is below 0 from its first moment on.
        left = self._lifetime.fresh_seconds - max(view.age_seconds for view in views)
        detail = f"; detail={missing}-missing" if missing else ""
        return f"stockapp; hit; ttl={math.floor(left)}{detail}"


def _row_to_json(row: Row) -> dict[str, Any]:
    return {
        **row.item.to_json(),
        "quote": row.quote.to_json() if row.quote else None,
        "state": row.state.value if row.state else None,
        "last_fetch": row.report.to_json() if row.report else None,
        "analysis": _line_to_json(row.line) if row.line else None,
        "trend": list(row.trend.value.closes) if row.trend else None,
        "trend_age_seconds": round(row.trend.age_seconds, 1) if row.trend else None,
    }


def _line_to_json(line: Aged[Line]) -> dict[str, Any]:
    return {
        **line.value.to_json(),
        "age_seconds": round(line.age_seconds, 1),
        "freshness": line.freshness.value,
    }
