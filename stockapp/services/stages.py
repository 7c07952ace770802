"""The stages of an analysis, which are the items of its task."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from stockapp.domain import moment
from stockapp.domain.attempt import Attempt, Failure
from stockapp.domain.research import Part
from stockapp.domain.statement import NAMES
from stockapp.domain.task import Item, ItemState
from stockapp.services.board import failure_to_json
from stockapp.tasks.staged import Plan


class Stage(StrEnum):
    """In the order in which they are told; those up to RATES run beside each other."""

    PRICE = "price"
    PROFILE = "profile"
    INCOME = "income"
    BALANCE = "balance"
    CASH_FLOW = "cash_flow"
    HISTORY = "history"
    RATES = "rates"
    VALUATION = "valuation"
    SOUNDNESS = "soundness"
    TECHNICALS = "technicals"
    STORE = "store"


STAGE_OF = {part: Stage(part.value) for part in Part}
TITLES = {
    Stage.PRICE: "Price",
    Stage.PROFILE: "Profile",
    **{Stage(kind.value): name.capitalize() for kind, name in NAMES.items()},
    Stage.HISTORY: "Price history",
    Stage.RATES: "Interest and exchange rates",
    Stage.VALUATION: "Valuation",
    Stage.SOUNDNESS: "Soundness",
    Stage.TECHNICALS: "Price figures",
    Stage.STORE: "Store",
}

# Seconds as measured against services that take 0.3 s to answer; what a worker sees itself
# comes before these.
PLAN = Plan(
    (
        {
            Stage.PRICE: 0.35,
            Stage.PROFILE: 0.4,
            Stage.INCOME: 0.4,
            Stage.BALANCE: 0.4,
            Stage.CASH_FLOW: 0.4,
            Stage.HISTORY: 0.5,
            Stage.RATES: 0.7,
        },
        {Stage.TECHNICALS: 0.08},
        {Stage.VALUATION: 0.02, Stage.SOUNDNESS: 0.02},
        {Stage.STORE: 0.01},
    )
)


@dataclass(frozen=True, slots=True)
class Origin:
    """How a stage came out, and where what it has came from.

    `stale`: an older value, as asking anew failed, for the reason in `error`. `note` is a sentence
    for people where there is something to say besides.
    """

    stage: Stage
    state: ItemState
    source: str | None = None
    method: str | None = None
    fetched_at: datetime | None = None
    note: str = ""
    error: Failure | None = None
    attempts: tuple[Attempt, ...] = ()

    def item(self) -> Item:
        """The item of the task."""
        result: dict[str, Any] = {
            "success": self.state is ItemState.OK,
            "source": self.source,
            "method": self.method,
            "fetched_at": moment.to_text(self.fetched_at) if self.fetched_at else None,
            "note": self.note,
            "attempts": [attempt.to_json() for attempt in self.attempts],
        }
        if self.error:
            result["error"] = failure_to_json(self.error)
        return Item(self.stage.value, self.state, result)


class Watcher(Protocol):
    """Who wants to know how an analysis goes on, and can stop it."""

    def begun(self, stage: Stage) -> None:
        """Work on it begins."""

    def asking(self, stage: Stage, source: str) -> None:
        """A source is being asked."""

    def ended(self, origin: Origin) -> None:
        """It came out so."""

    def stopped(self) -> bool:
        """Whether to stop."""
