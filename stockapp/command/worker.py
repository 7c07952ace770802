"""`stockapp worker` and `stockapp beat`: become Celery, in the same process."""

import os
import sys

import click

from stockapp.command.reached import reached
from stockapp.settings import read_settings

_APP = "stockapp.backends.distributed.celery_app"
# Everything that workers tell one another goes by the task store.
_QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")


@click.command("worker")
@click.option("--cpu", is_flag=True, help="Compute what takes long, in processes of its own.")
@click.option(
    "--slots",
    type=click.IntRange(1),
    help="Tasks at once, or with --cpu processes; STOCKAPP_TASK_SLOTS, or CPUs, unless set.",
)
def worker(cpu: bool, slots: int | None) -> None:
    """Do the tasks that web nodes take in, until told to stop (docs/scaling.md)."""
    if cpu:
        _become("worker", *_QUIET, "-P", "prefork", "-Q", "cpu", "-c", str(slots or _cpus()))
    if slots:
        os.environ["STOCKAPP_TASK_SLOTS"] = str(slots)
    _become("worker", *_QUIET, "-P", "gevent")


@click.command("beat")
def beat() -> None:
    """Have refreshes begin that are due, in live mode and at the end of the day."""
    _become("beat", "--pidfile=")


def _cpus() -> int:
    return os.cpu_count() or 1


def _become(what: str, *options: str) -> None:
    if not read_settings().distributed:
        raise click.ClickException(
            "Without STOCKAPP_REDIS_URL and STOCKAPP_DATABASE_URL the server does all tasks itself;"
            " docs/scaling.md tells what they are for."
        )
    reached()
    # Without the banner, which tells addresses.
    words = [sys.executable, "-P", "-m", "celery", "--quiet", "-A", _APP, what, *options]
    # A clean interpreter, as gevent must patch before anything imports ssl; Celery does so where
    # it finds `-P gevent`.
    os.execv(sys.executable, words)  # noqa: S606  # nosec B606
