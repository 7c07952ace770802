"""What Celery workers do: tasks, in one built application for each process; and computations.

Loaded by Celery: `stockapp.backends.distributed.celery_app` names this module.
"""

import logging
import os
import socket
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import gevent
from celery import signals
from prometheus_client import start_http_server

from stockapp import context
from stockapp.backends.distributed import celery_app
from stockapp.backends.distributed.beat_log import InOneLine
from stockapp.backends.distributed.celery_app import CPU, END_OF_DAY, LIVE, RUN, app
from stockapp.backends.distributed.computing import register
from stockapp.backends.distributed.errands import keep_short
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.shared_state import RedisSharedState
from stockapp.backends.embedded.clock import SystemClock
from stockapp.bootstrap import House, build, configure_logs
from stockapp.bootstrap.computations import computations
from stockapp.ports import StoreTrouble
from stockapp.services.workforce import TELL_SECONDS, Job, Workforce
from stockapp.settings import read_settings

_settings = read_settings()
if not _settings.distributed:
    raise SystemExit("A worker needs STOCKAPP_REDIS_URL and STOCKAPP_DATABASE_URL.")
_servers = (_settings.redis_url.get_secret_value(), _settings.redis_prefix)
celery_app.configure(*_servers)
_link = RedisLink(*_servers)
register(app, _link, computations(_settings))
_WHO = f"{socket.gethostname()}-{os.getpid()}"
# They tell of each message; what becomes of tasks is told by ourselves.
_CHATTY = ("celery.beat", "celery.worker.strategy", "celery.app.trace")
_LIVE_SECONDS, _END_OF_DAY_SECONDS = 2.0, 60.0
# Besides the tasks that are under way: what is due by schedule, and wake-ups that find no room.
_ROOM_FOR_OTHERS = 8
# For gevent's pool; a worker of the CPU queue is told how many processes it has.
app.conf.worker_concurrency = _settings.task_slots + _ROOM_FOR_OTHERS
# The first time at once, not only when so much has passed.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
app.conf.beat_schedule = {
    name: {
        "task": name,
        "schedule": seconds,
        "last_run_at": _LONG_AGO,
        "options": {"expires": 2 * seconds},
    }
    for name, seconds in ((LIVE, _LIVE_SECONDS), (END_OF_DAY, _END_OF_DAY_SECONDS))
}


def log(**_: object) -> None:
    """Log as the settings say, without their secrets, in place of Celery's own ways."""
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("celery.beat").addFilter(InOneLine())
    configure_logs(_settings)


class _Worker:
    """The application of this process, once Celery has started."""

    house: House | None = None


def start(sender: Any, **_: object) -> None:
    """Build the application where this process does tasks; a worker of the CPU queue has none."""
    queues = set(sender.app.amqp.queues.consume_from)
    if queues == {CPU}:
        return
    if CPU in queues or not sender.pool_cls.__module__.endswith("gevent"):
        raise SystemExit(
            "Tasks need a worker with -P gevent, and computations one of their own with"
            " -P prefork -Q cpu: use `stockapp worker` and `stockapp worker --cpu`."
        )
    _Worker.house = build(_settings)
    _Worker.house.start_work()
    if _settings.worker_metrics:
        tell_counts(_settings.worker_metrics, _Worker.house)


def tell_counts(address: str, house: House) -> None:
    """Let Prometheus ask there. Raises SystemExit where that cannot be."""
    host, _, port = address.rpartition(":")
    try:
        start_http_server(int(port), host.strip("[]"), house.counted)
    except (OSError, OverflowError) as error:
        raise SystemExit(f"STOCKAPP_WORKER_METRICS cannot be used: {error}.") from None


def ready(sender: Any, **_: object) -> None:
    """Tell now and then that somebody computes here; those who do tasks tell so themselves."""
    if _Worker.house is not None:
        return
    workforce = Workforce(RedisSharedState(_link, SystemClock()), frozenset({Job.COMPUTING}))

    def tell() -> None:
        with suppress(StoreTrouble):
            workforce.tell(Job.COMPUTING, _WHO)

    tell()
    # In Celery's own loop: a process that forks had better have no threads.
    sender.timer.call_repeatedly(TELL_SECONDS, tell)
    signals.worker_shutting_down.connect(
        lambda **_: workforce.leave(Job.COMPUTING, _WHO), weak=False
    )


def schedule(**_: object) -> None:
    """What is due is told of also where nobody hears it."""
    signals.after_task_publish.connect(lambda **_: keep_short(_link), weak=False)


def drain(**_: object) -> None:
    """Hand tasks over at the first sign of the end."""
    if _Worker.house is not None:
        # Signals are told in gevent's hub, where nothing may wait, not even for a thread to begin.
        gevent.spawn(_Worker.house.drain)


def close(**_: object) -> None:
    """Close what is open."""
    if _Worker.house is not None:
        _Worker.house.close()


def run(task_id: str, request_id: str | None = None) -> None:
    """Do a task that was begun by this request."""
    if request_id:
        context.begin_request(request_id)
    _house().work_on(task_id)


def live() -> None:
    """Refresh what is due on lists that are watched anywhere."""
    _house().look_after_watched()


def end_of_day() -> None:
    """Refresh what has its closing price."""
    _house().look_after_closed()


def _house() -> House:
    if _Worker.house is None:
        raise RuntimeError("this worker does no tasks")
    return _Worker.house


# Not by decorators, which would take the types away.
for _name, _call in {RUN: run, LIVE: live, END_OF_DAY: end_of_day}.items():
    app.task(name=_name)(_call)
signals.setup_logging.connect(log)
signals.worker_init.connect(start)
signals.worker_ready.connect(ready)
signals.beat_init.connect(schedule)
signals.worker_shutting_down.connect(drain)
signals.worker_shutdown.connect(close)
