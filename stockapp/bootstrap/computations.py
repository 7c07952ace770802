"""Whatever is given to `Executor.run_cpu`, by the names that nodes call it among each other."""

from collections.abc import Callable
from typing import Any

from stockapp.analysis.charted import ready
from stockapp.analysis.report import analyse
from stockapp.analysis.trading_calendar import trading_hours
from stockapp.analysis.valuation.fair_value import BadWeights
from stockapp.backends.distributed.computing import Computations
from stockapp.domain.research import Part
from stockapp.providers import researchers
from stockapp.services.analysis_store import chart_as_json
from stockapp.settings import Settings


def computations(settings: Settings) -> Computations:
    """All of them; one that is missing here fails in the distributed set."""
    calls: dict[str, Callable[..., Any]] = {
        "ready": ready,
        "analyse": analyse,
        "chart": chart_as_json,
        "trading_hours": trading_hours,
    }
    for researcher in researchers(settings):
        # Desks compute histories alone.
        if Part.HISTORY in researcher.parts:
            calls[f"parse.{researcher.name}"] = researcher.parse
    return Computations(calls, {"bad_weights": BadWeights})
