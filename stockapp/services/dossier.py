"""All that a stock's page shows, read from stores and cache only."""

from collections.abc import Sequence
from dataclasses import dataclass

from stockapp.analysis.resampling import monthly
from stockapp.domain.bars import Bars
from stockapp.domain.choices import Choices
from stockapp.domain.task import Item, Task
from stockapp.services.aged import Aged
from stockapp.services.analysis_store import Analysis
from stockapp.services.gathered import Gathered


@dataclass(frozen=True, slots=True)
class Dossier:
    """Of one symbol. `kept` is the last analysis by `choices`; `task` the one that runs, or ran
    last, with its `stages`. `event_id` was read before all else. `trouble`: why what was chosen
    could not be computed just now.
    """

    symbol: str
    choices: Choices
    event_id: int
    gathered: Gathered
    kept: Aged[Analysis] | None
    task: Task | None
    stages: Sequence[Item]
    trouble: str = ""

    @property
    def months(self) -> Bars | None:
        """The price history by months."""
        bars = self.gathered.bars
        return monthly(bars) if bars else None
