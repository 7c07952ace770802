"""A stock's page as it changes."""

from collections import OrderedDict
from collections.abc import Sequence

from stockapp.domain.event import Event, EventType
from stockapp.domain.task import ItemState
from stockapp.ports import Clock
from stockapp.services import analysing
from stockapp.services.analyses import Analyses
from stockapp.services.stages import Stage
from stockapp.services.task_admin import NoSuchTask, TaskAdmin
from stockapp.web import stock_form, stock_fragments
from stockapp.web.present_stock import Form, Section, stock_view
from stockapp.web.stock_views import StockView

_REMEMBERED = 200
_TASK = "task:"
_OF_STATEMENTS = {Stage.INCOME.value, Stage.BALANCE.value, Stage.CASH_FLOW.value}
_OF_HISTORY = {Stage.HISTORY.value, Stage.TECHNICALS.value}
_OF_HEAD = {Stage.PRICE.value, Stage.PROFILE.value}


class StockScene:
    """feed.Scene of one symbol, by the assumptions that were typed."""

    def __init__(
        self,
        symbol: str,
        filled: dict[str, str],
        analyses: Analyses,
        admin: TaskAdmin,
        clock: Clock,
        fresh_seconds: float,
    ) -> None:
        self._symbol = symbol
        self._form = Form(filled)
        self._analyses = analyses
        self._admin = admin
        self._clock = clock
        self._fresh_seconds = fresh_seconds
        # Whether a task is about this symbol, of those that were heard of last.
        self._concern: OrderedDict[str, bool] = OrderedDict()

    def everything(self) -> tuple[int, str]:
        """The whole page, and the id of the last event that it reflects."""
        view = self._view()
        return view.event_id, stock_fragments.everything(view, self._form.key)

    def changed(self, events: Sequence[Event]) -> str:
        """What these events change on the page."""
        stages: set[str] = set()
        told = quoted = ended = False
        for event in events:
            if self._is_of_analysis(event):
                told = True
                ended |= event.type.ends_task
                if event.type is EventType.ITEM and ItemState(event.data["state"]).ended:
                    stages.add(event.data["key"])
            elif event.type is EventType.ITEM and event.data["key"] == self._symbol:
                quoted |= "quote" in event.data
                ended |= "analysed" in event.data
        if ended:
            return self.everything()[1]
        if not (told or quoted):
            return ""
        return self._parts(stages, told=told, quoted=quoted)

    def _parts(self, stages: set[str], *, told: bool, quoted: bool) -> str:
        wanted = {
            Section.STATEMENTS: stages & _OF_STATEMENTS,
            Section.HISTORY: stages & _OF_HISTORY,
        }
        view = self._view([section for section, ended in wanted.items() if ended])
        parts = []
        if quoted or stages & _OF_HEAD:
            parts.append(stock_fragments.head(view))
        if told:
            parts.append(stock_fragments.run(view))
        if wanted[Section.STATEMENTS]:
            parts.append(stock_fragments.statements(view))
        if wanted[Section.HISTORY]:
            parts.append(stock_fragments.chart(view))
        return "".join(parts)

    def _view(self, sections: Sequence[Section] = tuple(Section)) -> StockView:
        """What was chosen is computed only where its figures are wanted."""
        choices = stock_form.choices_of(
            self._form.typed, lambda kind: self._analyses.weights(self._symbol, kind)
        )
        computing = Section.FIGURES in sections
        dossier = self._analyses.dossier(self._symbol, choices, computing=computing)
        now = self._clock.now()
        return stock_view(dossier, self._form, now, self._fresh_seconds, sections)

    def _is_of_analysis(self, event: Event) -> bool:
        if not event.topic.startswith(_TASK):
            return False
        task_id = event.topic.removeprefix(_TASK)
        if task_id not in self._concern:
            self._concern[task_id] = self._concerns(task_id)
            if len(self._concern) > _REMEMBERED:
                self._concern.popitem(last=False)
        return self._concern[task_id]

    def _concerns(self, task_id: str) -> bool:
        try:
            task = self._admin.task(task_id)
        except NoSuchTask:
            return False
        return task.kind == analysing.KIND and task.params.get("symbol") == self._symbol
