"""Which sources cannot be reached, for templates."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from stockapp.domain import moment
from stockapp.domain.attempt import Outcome, Reason
from stockapp.services.board import SourceStatus
from stockapp.web import words
from stockapp.web.views import MethodView, SourceView

# A source that gave one of these did answer.
_ANSWERS = frozenset({Reason.NOT_FOUND, Reason.NO_DATA, Reason.UNSUPPORTED_SYMBOL})
_NEWS = timedelta(minutes=15)
_NOT_ASKED = frozenset({Reason.NOT_CONFIGURED, Reason.CANCELLED})


def failing_sources(statuses: Sequence[SourceStatus], now: datetime) -> tuple[SourceView, ...]:
    """The sources of which a method failed when it was last asked, a while ago at most.

    A method that is not asked any more, as others answer, would be told of for ever.
    """
    asked: dict[str, list[SourceStatus]] = {}
    for status in statuses:
        if status.reason not in _NOT_ASKED and now - status.at < _NEWS:
            asked.setdefault(status.source, []).append(status)
    return tuple(
        _source_view(source, failing, partly=len(failing) < len(methods), now=now)
        for source, methods in asked.items()
        if (failing := [status for status in methods if _unreachable(status)])
    )


def _unreachable(status: SourceStatus) -> bool:
    return status.outcome is Outcome.FAILED and status.reason not in _ANSWERS


def _source_view(
    source: str, failing: Sequence[SourceStatus], *, partly: bool, now: datetime
) -> SourceView:
    verb = "answers only in part" if partly else "cannot be reached"
    if all(status.reason is Reason.QUOTA_EXHAUSTED for status in failing):
        verb = "has no requests left"
    # Methods that failed alike share a line.
    alike: dict[tuple[Reason, str], list[SourceStatus]] = {}
    for status in failing:
        reason = status.reason or Reason.INTERNAL
        detail = status.detail or f"It {words.reason(reason)}."
        alike.setdefault((reason, detail), []).append(status)
    return SourceView(
        headline=f"{words.source_name(source)} {verb}",
        methods=tuple(
            MethodView(
                method=", ".join(status.method for status in group),
                reason=reason.value,
                detail=detail,
                age=words.ago((now - max(status.at for status in group)).total_seconds()),
                at=moment.to_text(max(status.at for status in group)),
            )
            for (reason, detail), group in alike.items()
        ),
    )
