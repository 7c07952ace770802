"""A stock's page, for templates: from what services hold, whatever of it there is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from urllib.parse import quote, urlencode

from stockapp.domain import moment
from stockapp.domain.bars import Bars
from stockapp.domain.choices import Choices
from stockapp.domain.company import Company
from stockapp.domain.symbol import is_simulated
from stockapp.domain.task import Item, ItemState, Task, TaskStatus
from stockapp.services.dossier import Dossier
from stockapp.services.stages import TITLES, Stage
from stockapp.web import present_sound, present_value, words
from stockapp.web.present import price_view
from stockapp.web.present_tasks import ITEM_WORDS, attempts_of
from stockapp.web.stock_views import ChartView, RunView, StageView, StockView, TableView

_BARS_HEADS = ("Month to", "Open", "High", "Low", "Close", "Volume")


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed into the form of assumptions, and what is wrong with it."""

    typed: dict[str, str]
    problem: str = ""
    problem_field: str = ""

    @property
    def query(self) -> str:
        """The fields that were filled, as they stand in an address; none where one is wrong."""
        if self.problem:
            return ""
        return urlencode({name: text for name, text in self.typed.items() if text})

    @property
    def key(self) -> str:
        """Differs with what was chosen; letters and digits alone."""
        return sha256(self.query.encode()).hexdigest()[:8] if self.query else "own"


def stock_path(symbol: str) -> str:
    """The address of a stock's page."""
    return f"/stocks/{quote(symbol, safe='')}"


class Section(StrEnum):
    """The parts of the page that take long to present."""

    FIGURES = "figures"
    HISTORY = "history"
    STATEMENTS = "statements"


def stock_view(
    dossier: Dossier,
    form: Form,
    now: datetime,
    fresh_seconds: float,
    sections: Collection[Section] = tuple(Section),
) -> StockView:
    """The page; of the large sections, those that are wanted."""
    gathered, kept = dossier.gathered, dossier.kept
    company, report = gathered.company, kept.value.report if kept else None
    known = gathered.price
    worth = report.valuation if report else None
    error = known.report.error if known.report else None
    return StockView(
        symbol=dossier.symbol,
        key=form.key,
        name=_name(dossier),
        about=_about(company),
        summary=company.summary or "" if company else "",
        simulated=is_simulated(dossier.symbol),
        price=price_view(known.quote, now) if known.quote else None,
        no_price=error.detail if error else "",
        run=run_view(dossier.task, dossier.stages),
        caveats=present_value.caveat_views(report) if report else (),
        value=present_value.value_view(kept, now, fresh_seconds)
        if kept and Section.FIGURES in sections
        else None,
        no_value=_no_value(dossier),
        choices=present_value.choices_view(worth, form.typed, form.problem, form.problem_field),
        sound=present_sound.sound_view(report.soundness, report.currency)
        if report and report.soundness and Section.FIGURES in sections
        else None,
        statements=present_sound.statement_views(gathered.statements)
        if Section.STATEMENTS in sections
        else (),
        chart=_chart(dossier) if Section.HISTORY in sections else None,
        no_chart=_no_chart(dossier),
        event_id=dossier.event_id,
        now=moment.to_text(now),
        shows=urlencode({"stock": dossier.symbol}) + (f"&{form.query}" if form.query else ""),
        links=_links(dossier),
    )


def run_view(task: Task | None, stages: Sequence[Item]) -> RunView | None:
    """The task that analyses, with its stages in their order."""
    if task is None:
        return None
    by_key = {item.key: item for item in stages}
    views = tuple(_stage(stage, by_key[stage.value]) for stage in Stage if stage.value in by_key)
    return RunView(
        task_id=task.id,
        running=not task.status.ended,
        percent=task.progress.percent,
        line=_line(task),
        error=task.error.detail if task.error else "",
        stages=views,
        failed=sum(item.state in (ItemState.FAILED, ItemState.STALE) for item in stages),
    )


def _stage(stage: Stage, item: Item) -> StageView:
    state, mark = ITEM_WORDS[item.state]
    result = item.result or {}
    error = result.get("error") or {}
    source = words.source_name(result["source"]) if result.get("source") else ""
    said = error.get("detail") or ", ".join(part for part in (source, result.get("note")) if part)
    return StageView(
        id=f"stage-{stage.value}",
        title=TITLES[stage],
        state=state,
        mark=mark,
        said=said,
        reason=error.get("code", ""),
        attempts=attempts_of(item),
    )


def _line(task: Task) -> str:
    progress = task.progress
    counts = f"{progress.done} of {progress.total} stages"
    match task.status:
        case TaskStatus.PENDING:
            return f"{counts} · waiting for a worker"
        case TaskStatus.RUNNING:
            parts = (counts, words.time_left(progress.eta_seconds), progress.message)
            return " · ".join(part for part in parts if part)
        case TaskStatus.COMPLETED:
            return "Analysed"
        case TaskStatus.CANCELLED:
            return f"Cancelled after {counts}"
    return f"Failed after {counts}"


def _name(dossier: Dossier) -> str:
    company, view = dossier.gathered.company, dossier.gathered.price.quote
    return (company.name if company else None) or (view.quote.name if view else None) or ""


def _about(company: Company | None) -> str:
    if company is None:
        return ""
    kind = company.security_type.value.capitalize() if company.sector is None else ""
    parts = (kind, company.sector, company.industry, company.country)
    return " · ".join(part for part in parts if part)


def _no_value(dossier: Dossier) -> str:
    """Why there is no value to show."""
    kept = dossier.kept
    if dossier.trouble:
        return dossier.trouble
    if kept is None:
        running = dossier.task is not None and not dossier.task.status.ended
        return "It is being worked out." if running else "It has not been analysed yet."
    caveats = kept.value.report.caveats
    return caveats[0].message if caveats else "There are no statements to value it by."


def _chart(dossier: Dossier) -> ChartView | None:
    bars, months = dossier.gathered.bars, dossier.months
    if bars is None or months is None or not len(bars):
        return None
    figures = dossier.kept.value.figures if dossier.kept else None
    source = words.source_name(bars.source)
    adjusted = "splits and dividends" if bars.without_dividends else "splits"
    return ChartView(
        version=moment.to_text(bars.fetched_at),
        source=(
            f"{len(bars):,} days to {bars.days[-1]:%Y-%m-%d} from {source},"
            f" adjusted for {adjusted}, in {bars.currency or 'a currency that nobody told'}"
        ),
        figures=present_sound.price_figure_views(figures) if figures else (),
        months=_months(months),
    )


def _months(bars: Bars) -> TableView:
    places = range(len(bars) - 1, -1, -1)
    rows = tuple(
        (
            f"{bars.days[n]:%Y-%m-%d}",
            *(f"{column[n]:,.2f}" for column in (bars.open, bars.high, bars.low, bars.close)),
            f"{bars.volume[n]:,.0f}",
        )
        for n in places
    )
    return TableView("Prices by month", "", _BARS_HEADS, rows)


def _no_chart(dossier: Dossier) -> str:
    for item in dossier.stages:
        error = (item.result or {}).get("error") if item.key == Stage.HISTORY.value else None
        if error:
            return str(error["detail"])
    return "The price history is not there yet."


def _links(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    symbol = quote(dossier.symbol, safe="")
    found = []
    if dossier.gathered.bars:
        found += [
            ("History as CSV", f"/api/history/{symbol}?range=5y&format=csv"),
            ("History as JSON", f"/api/history/{symbol}?range=5y"),
        ]
    if dossier.gathered.statements:
        found += [
            ("Statements as CSV", f"/api/statements/{symbol}?format=csv"),
            ("Statements as JSON", f"/api/statements/{symbol}"),
        ]
    if dossier.kept and dossier.choices == Choices():
        found += [
            ("Analysis as CSV", f"/api/analyze/{symbol}/cached?format=csv"),
            ("Analysis as JSON", f"/api/analyze/{symbol}/cached"),
        ]
    return tuple(found)
