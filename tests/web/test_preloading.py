"""What gunicorn's master imports for its workers is as good as if each had imported it."""

import json
import subprocess
import sys
from typing import Any

import pytest

_PRELOADED = """
import json, os, signal, sys, time
import gunicorn.app.wsgiapp
from stockapp.web import preloading

mine = os.fork, os.waitpid, signal.signal, time.sleep
preloading.preload(ROOT)
kept = mine == (os.fork, os.waitpid, signal.signal, time.sleep)
"""
_IMPORTED = """
import importlib, json, sys
import gunicorn.app.wsgiapp, stockapp.settings
from gevent import monkey
monkey.patch_all()
importlib.import_module(ROOT)
kept = None
"""
# Modules that hold what gevent has replaced, under whatever name.
_LOOK = """
from gevent import monkey
monkey.patch_all()
replaced = {
    id(thing): name
    for items in monkey.saved.values() for name, thing in items.items() if callable(thing)
}
held = [
    f"{module}: {replaced[id(thing)]}"
    for module, loaded in list(sys.modules.items())
    for thing in list(vars(loaded).values())
    if id(thing) in replaced and not module.startswith(("gevent", "greenlet"))
]
print(json.dumps({"held": sorted(held), "kept": kept}))
"""
# Queues lock with what threading has when they are made.
_HARMLESS = (": Queue", ": LifoQueue")


def told(how: str, root: str) -> dict[str, Any]:
    words = f"ROOT = {root!r}\n{how}{_LOOK}"
    done = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, check=True, timeout=60
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("root", ["stockapp.bootstrap", "stockapp.bootstrap.distributed"])
def test_as_much_is_patched_as_in_a_worker_that_imports_it_and_the_master_stays_itself(
    root: str,
) -> None:
    preloaded, imported = told(_PRELOADED, root), told(_IMPORTED, root)
    more = set(preloaded["held"]) - set(imported["held"])
    assert [held for held in more if not held.endswith(_HARMLESS)] == []
    assert preloaded["kept"] is True
