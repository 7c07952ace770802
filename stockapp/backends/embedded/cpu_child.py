"""What runs in a child process: one call after the other, until the worker is gone."""

import contextlib
import ctypes
import os
import pickle  # between our own processes only # nosec B403
import signal
import sys
import threading
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection
from typing import Any

# Those who serve pages come first.
_NICENESS = 10
_PR_SET_PDEATHSIG = 1


def serve(questions: Connection, answers: Connection) -> None:
    """Compute what is asked: the time allowed, a callable and its arguments."""
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # An alarm ends the process whatever it is in: Python code or a long call in C.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    os.nice(_NICENESS)
    with contextlib.suppress(EOFError, OSError):
        while True:
            answers.send_bytes(_answer(questions.recv_bytes()))


def _answer(payload: bytes) -> bytes:
    try:
        seconds, call, args = pickle.loads(payload)  # noqa: S301 - written by our own worker # nosec B301
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            outcome: tuple[bool, Any] = (True, call(*args))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        return pickle.dumps(outcome)
    except Exception as error:
        # Whatever the call raises is for its caller; this process serves the next one.
        return _failure(error)


def _failure(error: Exception) -> bytes:
    try:
        return pickle.dumps((False, error))
    except Exception:
        # An error may hold what cannot be pickled; its words always can.
        return pickle.dumps((False, RuntimeError(repr(error))))


def _end_with_parent() -> None:
    """End when the worker dies, in whatever way; at once on Linux, else when Python runs next."""
    parent = parent_process()
    if parent is None:
        raise RuntimeError("this is for child processes")
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
