"""Importing the application in gunicorn's master, once for all workers.

A worker then starts in a fraction of a second, and shares the memory of the code with the others.
"""

import gc
import importlib
import time

import gevent
from gevent import monkey


def preload(*modules: str) -> None:
    """Import what workers will need, as if they did it; doing it twice does no harm.

    What is imported must find threads, sockets and TLS in gevent's form, as each worker will patch
    them after the fork. The master needs its own signals, children, queue and clock: those, which
    are looked up only when they are used, each worker patches itself; but for `sleep`, which some
    modules take with them as they find it.
    """
    if not monkey.is_module_patched("threading"):
        monkey.patch_thread()
        monkey.patch_socket()
        monkey.patch_ssl()
        monkey.patch_select()
        monkey.patch_selectors()
    sleep = time.sleep
    time.sleep = gevent.sleep
    try:
        for module in modules:
            importlib.import_module(module)
    finally:
        time.sleep = sleep
    # What is there now stays; looking through it again would copy its memory into each worker.
    gc.freeze()
