"""What the tests' Celery worker of the CPU queue computes; loaded by Celery, as `-A` names it.

Redis and the prefix of its keys come from the environment.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from celery import Celery

from stockapp.analysis.report import analyse
from stockapp.analysis.valuation.fair_value import BadWeights
from stockapp.backends.distributed import celery_app
from stockapp.backends.distributed.computing import Computations, register
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.remote_executor import RemoteExecutor
from stockapp.providers.simulated.research import SimulatedResearch

from . import computing

ROOT = Path(__file__).parents[2]
_URL, _PREFIX = "TEST_REDIS_URL", "TEST_REDIS_PREFIX"
_OPTIONS = "-P prefork -Q cpu -c 1 -l WARNING --without-gossip --without-mingle --without-heartbeat"

COMPUTATIONS = Computations(
    {
        "add": computing.add,
        "fail": computing.fail,
        "process_id": computing.process_id,
        "niceness": computing.niceness,
        "spin": computing.spin,
        "rest": computing.rest,
        "die": computing.die,
        "die_once": computing.die_once,
        "stay_once": computing.stay_once,
        "leave": computing.leave,
        "analyse": analyse,
        "parse": SimulatedResearch().parse,
    },
    {"lookup": LookupError, "bad_weights": BadWeights},
)


def executor(url: str, prefix: str) -> RemoteExecutor:
    """One that has things computed by such a worker."""
    celery = celery_app.configure(url, prefix, Celery("tests", set_as_current=False))
    return RemoteExecutor(celery, RedisLink(url, prefix), COMPUTATIONS, network_threads=8)


def environment(url: str, prefix: str) -> dict[str, str]:
    """That of a process that is to use this Redis."""
    return {**os.environ, _URL: url, _PREFIX: prefix}


def here() -> tuple[str, str]:
    """The Redis that this process is to use."""
    return os.environ[_URL], os.environ[_PREFIX]


@contextlib.contextmanager
def running_worker(url: str, prefix: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real one; it may not be ready yet."""
    command = [sys.executable, "-m", "celery", "-A", "tests.contract.cpu_worker", "worker"]
    with (
        log.open("wb") as file,
        subprocess.Popen(
            [*command, *_OPTIONS.split()],
            cwd=ROOT,
            env=environment(url, prefix),
            stdout=file,
            stderr=file,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


if _URL in os.environ:
    # Only there is it a worker; it needs nothing of what the application's own workers load.
    app = celery_app.configure(*here())
    app.conf.include = []
    register(app, RedisLink(*here()), COMPUTATIONS)
