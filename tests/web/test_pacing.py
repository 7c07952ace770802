"""Long loops let timers and sockets of other greenlets have their turn."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_LOOP = """
from gevent import monkey
monkey.patch_all()
import threading, time
from stockapp.web.pacing import paced
turns = []
stop = threading.Event()
def other():
    while not stop.wait(0.001):
        turns.append(1)
threading.Thread(target=other, daemon=True).start()
def work():
    for number in range(40):
        until = time.perf_counter() + 0.003
        while time.perf_counter() < until:
            pass
        yield number
assert list(paced(work(), 2)) == list(range(40))
print(len(turns))
"""


def test_timers_run_between_the_parts_of_a_long_loop() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOOP], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) >= 15
