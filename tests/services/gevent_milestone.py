"""A process under gevent's patches in which three wait for a milestone, run by test_milestone.

All look again in the very turn of the loop in which it is reached, as the hub was held until then.
Prints how many went on.
"""

from gevent import monkey

monkey.patch_all()

import time  # noqa: E402

import gevent  # noqa: E402

from stockapp.services.milestone import _LOOK_SECONDS, Milestone  # noqa: E402


def main() -> None:
    """Wait, and print the report."""
    milestone = Milestone()
    waiting = [gevent.spawn(milestone.wait, lambda: False) for _ in range(3)]
    gevent.spawn_later(_LOOK_SECONDS / 2, milestone.reach)
    gevent.sleep(0)
    held = time.perf_counter() + 2 * _LOOK_SECONDS
    while time.perf_counter() < held:
        pass
    print(len(gevent.joinall(waiting, timeout=20)))


if __name__ == "__main__":
    main()
