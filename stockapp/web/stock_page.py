"""The page of one stock, and what its forms do."""

import json
from http import HTTPStatus

from flask import Blueprint, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.domain.choices import Choices
from stockapp.domain.symbol import InvalidSymbol, parse_symbol
from stockapp.ports import Clock
from stockapp.services.analyses import Analyses, BadChoice
from stockapp.web import done, fragments, htmx, stock_form, stock_fragments
from stockapp.web.errors import Problem
from stockapp.web.present_stock import Form, stock_path, stock_view
from stockapp.web.rendering import render
from stockapp.web.stock_views import StockView


class StockPage:
    """Everything on it is shown at once as it is known; what is due is fetched behind."""

    def __init__(self, analyses: Analyses, clock: Clock, fresh_seconds: float) -> None:
        self._analyses = analyses
        self._clock = clock
        self._fresh_seconds = fresh_seconds

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("stocks", __name__, url_prefix="/stocks")
        blueprint.add_url_rule("/<ticker>", view_func=self.page)
        blueprint.add_url_rule("/<ticker>/value", view_func=self.value)
        blueprint.add_url_rule("/<ticker>/analyze", view_func=self.analyze, methods=["POST"])
        blueprint.register_error_handler(Exception, htmx.failed)
        return blueprint

    def page(self, ticker: str) -> AnyResponse:
        """The page; by the assumptions in its address, where there are any."""
        symbol = _symbol(ticker)
        if symbol != ticker:
            return redirect(_with_query(symbol), HTTPStatus.SEE_OTHER)
        view, status = self._view(symbol, start=True)
        said = done.words(request.args.get("done", ""), "")
        html = render("pages/stock.html", stock=view, said=said)
        response = make_response(html, status)
        response.headers["Cache-Control"] = "no-store"
        return response

    def value(self, ticker: str) -> AnyResponse:
        """What other assumptions make of it: the parts of the page that differ."""
        symbol = _symbol(ticker)
        if not htmx.is_asking():
            return redirect(_with_query(symbol), HTTPStatus.SEE_OTHER)
        view, status = self._view(symbol, start=False)
        if status != HTTPStatus.OK:
            return make_response(stock_fragments.problem(view), status)
        response = make_response(stock_fragments.chosen(view))
        query = Form(stock_form.typed(request.args)).query
        path = stock_path(symbol) + (f"?{query}" if query else "")
        response.headers["HX-Trigger"] = json.dumps({"stockapp:address": {"path": path}})
        return response

    def analyze(self, ticker: str) -> AnyResponse:
        """Analyse anew, with nothing that is cached."""
        symbol = _symbol(ticker)
        begun = self._analyses.start(symbol, Choices(), force=True)
        key = "joined-analysis" if begun.joined else "analysing"
        if not htmx.is_asking():
            return redirect(f"{stock_path(symbol)}?done={key}", HTTPStatus.SEE_OTHER)
        view, _ = self._view(symbol, start=False)
        return make_response(fragments.message(done.words(key, "")) + stock_fragments.run(view))

    def _view(self, symbol: str, *, start: bool) -> tuple[StockView, int]:
        filled = stock_form.typed(request.args) if request.method == "GET" else {}
        form, choices, status = Form(filled), Choices(), HTTPStatus.OK
        try:
            choices = stock_form.choices_of(
                filled, lambda kind: self._analyses.weights(symbol, kind)
            )
            dossier = self._analyses.dossier(symbol, choices)
        except BadChoice as error:
            field = "w_dcf" if error.field == "analysis_weights" else error.field
            form = Form(filled, f"{error} None of it was applied.", field)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            dossier = self._analyses.dossier(symbol, Choices())
        if start and self._analyses.start_due(dossier):
            dossier = self._analyses.dossier(symbol, dossier.choices)
        return stock_view(dossier, form, self._clock.now(), self._fresh_seconds), status


def _with_query(symbol: str) -> str:
    """The page by the assumptions that were asked for."""
    query = request.query_string.decode("ascii", "replace")
    return stock_path(symbol) + (f"?{query}" if query else "")


def _symbol(ticker: str) -> str:
    try:
        return parse_symbol(ticker)
    except InvalidSymbol as error:
        raise Problem(404, "invalid_symbol", str(error), field="ticker") from None
