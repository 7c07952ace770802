"""What is made of a price history, in one call for the process pool."""

from dataclasses import dataclass

from stockapp.analysis.price_figures import price_figures
from stockapp.domain.analysis import PriceFigures
from stockapp.domain.bars import Bars
from stockapp.domain.indicators import Indicators


@dataclass(frozen=True, slots=True)
class Charted:
    """Figures and indicators of the same bars."""

    figures: PriceFigures
    indicators: Indicators


def ready() -> None:
    """Bring what `charted` needs into this process; nothing, where it is there."""
    import stockapp.analysis.technicals  # noqa: F401


def charted(bars: Bars, benchmark: Bars | None) -> Charted:
    """Both; to be called in the process pool only."""
    # Late: it brings numpy, which whoever names this function must not have to import.
    from stockapp.analysis.technicals import indicators

    return Charted(price_figures(bars, benchmark), indicators(bars))
