"""Asking whether the shared servers can be used, before a server or a worker starts."""

import os
import subprocess  # nosec B404
import sys

from stockapp.places import ROOT


def reached() -> str:
    """The secret of all nodes; ends this process where the servers cannot be used.

    Asked in another process: the clients of the servers use ssl, which must not be imported before
    gevent patches it.
    """
    words = [sys.executable, "-P", "-m", "stockapp.command.reach"]
    places = os.pathsep.join([str(ROOT), *sys.path])
    env = {**os.environ, "PYTHONPATH": places}
    asked = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False, env=env)  # noqa: S603  # nosec B603
    if asked.returncode:
        sys.exit(asked.returncode)
    return asked.stdout.strip()
