"""What gunicorn's master imports for its workers is as good as if each had imported it."""

import json
import subprocess
import sys
from typing import Any

_PRELOADED = """
import json, os, signal, sys, time
import gunicorn.app.wsgiapp
from stockapp.web import preloading

mine = os.fork, os.waitpid, signal.signal, time.sleep
preloading.preload("stockapp.bootstrap")
kept = mine == (os.fork, os.waitpid, signal.signal, time.sleep)
"""
_IMPORTED = """
import json, sys
import gunicorn.app.wsgiapp, stockapp.settings
from gevent import monkey
monkey.patch_all()
import stockapp.bootstrap
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
# Queues lock with what threading has when they are made; and this sleeps on Windows only.
_HARMLESS = {
    "cachelib.file: sleep",
    "requests.packages.urllib3.connectionpool: LifoQueue",
    "urllib3.connectionpool: LifoQueue",
}


def told(how: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", how + _LOOK], capture_output=True, text=True, check=True, timeout=60
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_as_much_is_patched_as_in_a_worker_that_imports_it_and_the_master_stays_itself() -> None:
    preloaded, imported = told(_PRELOADED), told(_IMPORTED)
    assert set(preloaded["held"]) - set(imported["held"]) == _HARMLESS
    assert preloaded["kept"] is True
