"""Points that several parts of some work wait for."""

import subprocess
import sys
import threading

from stockapp.services.milestone import Milestone


def test_under_gevent_all_go_on_also_those_that_look_as_it_is_reached() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.services.gevent_milestone"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "3\n"


def test_nobody_waits_for_work_that_was_stopped() -> None:
    stopped = threading.Event()
    waiting = threading.Thread(target=Milestone().wait, args=(stopped.is_set,))
    waiting.start()
    stopped.set()
    waiting.join(20)
    assert not waiting.is_alive()
