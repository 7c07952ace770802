"""Which sources cannot be reached, for templates."""

from collections.abc import Sequence
from datetime import datetime

from stockapp.domain import moment
from stockapp.domain.attempt import Outcome, Reason
from stockapp.services.board import SourceStatus
from stockapp.web import words
from stockapp.web.views import MethodView, SourceView

# A source that gave one of these did answer.
_ANSWERS = frozenset({Reason.NOT_FOUND, Reason.NO_DATA, Reason.UNSUPPORTED_SYMBOL})
_NOT_ASKED = frozenset({Reason.NOT_CONFIGURED, Reason.CANCELLED})


def failing_sources(statuses: Sequence[SourceStatus], now: datetime) -> tuple[SourceView, ...]:
    """The sources of which a method could not be reached when it was last asked."""
    asked: dict[str, list[SourceStatus]] = {}
    for status in statuses:
        if status.reason not in _NOT_ASKED:
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
    return SourceView(
        headline=f"{words.source_name(source)} {verb}",
        methods=tuple(
            MethodView(
                method=status.method,
                reason=(status.reason or Reason.INTERNAL).value,
                detail=status.detail or f"It {words.reason(status.reason or Reason.INTERNAL)}.",
                age=words.ago((now - status.at).total_seconds()),
                at=moment.to_text(status.at),
            )
            for status in failing
        ),
    )
