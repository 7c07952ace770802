"""A worker process under gevent's patches that computes. Its argument says what to print.

`lag`: the longest time that the hub was held while a child computed; `wait`: the child's process
id, then nothing, until this process is killed; `close`: the child's process id after its end.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
import time  # noqa: E402

import gevent  # noqa: E402

from stockapp.backends.embedded.executor import EmbeddedExecutor  # noqa: E402
from tests.contract import computing  # noqa: E402


def longest_hold(executor: EmbeddedExecutor) -> float:
    executor.run_cpu(computing.add, 1, 2, timeout_seconds=60)
    computation = gevent.spawn(lambda: executor.run_cpu(computing.spin, 1.0, timeout_seconds=60))
    longest, before = 0.0, time.monotonic()
    while not computation.ready():
        gevent.sleep(0.005)
        longest, before = max(longest, time.monotonic() - before), time.monotonic()
    return longest


def main() -> None:
    executor = EmbeddedExecutor(2)
    if sys.argv[1] == "lag":
        print(longest_hold(executor), flush=True)
        executor.close()
        return
    print(executor.run_cpu(computing.process_id, timeout_seconds=60), flush=True)
    if sys.argv[1] == "wait":
        # In the middle of something, in which it hears nothing.
        gevent.spawn(lambda: executor.run_cpu(computing.hold_the_interpreter, timeout_seconds=60))
        gevent.sleep(0.2)
        print("computing", flush=True)
        gevent.sleep(60)
    executor.close()


if __name__ == "__main__":
    main()
