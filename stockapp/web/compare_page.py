"""Up to five stocks side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request

from stockapp.domain.choices import Choices
from stockapp.domain.symbol import InvalidSymbol, parse_symbol
from stockapp.ports import Clock
from stockapp.services.analyses import Analyses
from stockapp.services.dossier import Dossier
from stockapp.web import htmx
from stockapp.web.present_compare import CompareView, compare_view
from stockapp.web.rendering import render

MOST = 5


@dataclass(frozen=True, slots=True)
class _Asked:
    """The symbols of an address, and what is wrong with them."""

    typed: str
    symbols: tuple[str, ...]
    problem: str = ""


class ComparePage:
    """What is known is shown at once; what was never analysed is analysed behind."""

    def __init__(self, analyses: Analyses, clock: Clock) -> None:
        self._analyses = analyses
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("compare", __name__)
        blueprint.add_url_rule("/compare", view_func=self.page)
        blueprint.register_error_handler(Exception, htmx.failed)
        return blueprint

    def page(self) -> Response:
        """The page, or for a script that asks again, its table."""
        asked = _asked(",".join(request.args.getlist("symbols")))
        view = self._view(asked.symbols)
        if htmx.is_asking():
            return htmx.uncached(render("partials/_comparison.html", compare=view))
        html = render(
            "pages/compare.html",
            compare=view,
            typed=asked.typed,
            problem=asked.problem,
            most=MOST,
        )
        response = htmx.uncached(html)
        response.status_code = 422 if asked.problem else 200
        return response

    def _view(self, symbols: Sequence[str]) -> CompareView:
        return compare_view([self._dossier(symbol) for symbol in symbols], self._clock.now())

    def _dossier(self, symbol: str) -> Dossier:
        dossier = self._analyses.dossier(symbol, Choices())
        if self._analyses.start_due(dossier):
            return self._analyses.dossier(symbol, Choices())
        return dossier


def _asked(typed: str) -> _Asked:
    names = [name for name in typed.replace(",", " ").split() if name]
    try:
        symbols = tuple(dict.fromkeys(parse_symbol(name) for name in names))
    except InvalidSymbol as error:
        return _Asked(typed, (), str(error))
    if len(symbols) > MOST:
        problem = f"{len(symbols)} are too many to stand side by side; enter at most {MOST}."
        return _Asked(typed, symbols[:MOST], problem)
    return _Asked(typed, symbols)
