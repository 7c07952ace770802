"""What an inquiry found, read for a test."""

from stockapp.domain.attempt import Failure, Outcome, Reason
from stockapp.fetching.inquiry import Found


def ends(found: Found) -> list[tuple[str, Outcome, Reason | None]]:
    return [(one.source, one.outcome, one.reason) for one in found.attempts]


def source_of(found: Found) -> str:
    assert found.finding and found.error is None, found
    return found.finding.source


def error_of(found: Found) -> Failure:
    assert found.error and found.finding is None, found
    return found.error
