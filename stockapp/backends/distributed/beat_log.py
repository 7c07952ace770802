"""What Celery's beat logs."""

import logging

from celery.beat import SchedulingError


class InOneLine(logging.Filter):
    """A Redis that is away is told by beat with some 180 lines of traces, every two seconds."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let all pass, what could not be sent without its traces."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, SchedulingError):
            record.msg, record.args, record.exc_info = "%s", (error,), None
        return True
