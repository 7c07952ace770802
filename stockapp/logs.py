"""Structured logs: one line an event, for people or as JSON, with whose work it was."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

import structlog

from stockapp import context
from stockapp.domain.secrecy import Redactor


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Takes secrets out of the whole line, whoever wrote it: urllib3 logs addresses, say."""

    def __init__(self, redactor: Redactor, **options: Any) -> None:
        super().__init__(**options)
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.line(super().format(record))


# Without local variables, among which may be anything.
_TRACEBACK = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def _console() -> structlog.typing.Processor:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def configure(
    level: str, as_json: bool, redactor: Redactor, levels: Mapping[str, str] | None = None
) -> None:
    """Send all logging of this process, ours and libraries', to standard error in one form.

    `levels` are those of single loggers, by name.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _add_ids,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: list[structlog.typing.Processor] = (
        [structlog.processors.ExceptionRenderer(_TRACEBACK), structlog.processors.JSONRenderer()]
        if as_json
        else [_console()]
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        _Formatter(
            redactor,
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # What gunicorn says of this worker, addresses among it, in the same form and without secrets.
    server = logging.getLogger("gunicorn.error")
    server.handlers, server.propagate = [], True
    for name, own in (levels or {}).items():
        logging.getLogger(name).setLevel(own)


def _add_ids(
    logger: Any, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    event.update(context.ids())
    return event
