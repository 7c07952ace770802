"""Nothing of the distributed set is loaded where it was not chosen."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests import nodes
from tests.e2e.server import ROOT

_BUILD = """
import gevent.monkey; gevent.monkey.patch_all()
import json, sys
from stockapp import create_app
app = create_app()
app.test_client().get("/api/watchlist")
print(json.dumps(sorted(sys.modules)))
app.extensions["stockapp"].close()
"""


def loaded(data_dir: Path, **settings: str) -> set[str]:
    """The packages, and modules of ours, that a worker has loaded which serves pages and works."""
    done = subprocess.run(
        [sys.executable, "-c", _BUILD],
        cwd=ROOT,
        env={**os.environ, "STOCKAPP_DATA_DIR": str(data_dir), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    names = json.loads(done.stdout)
    return {name if name.startswith("stockapp") else name.split(".")[0] for name in names}


OTHERS = {"celery", "kombu", "billiard", "amqp", "psycopg", "psycopg_pool"}


def test_one_machine_alone_loads_no_client_of_servers(tmp_path: Path) -> None:
    names = loaded(tmp_path)
    assert "stockapp.backends.embedded.tasks" in names
    assert names & {*OTHERS, "redis"} == set()
    assert [name for name in names if name.startswith("stockapp.backends.distributed")] == []


def test_a_cache_in_redis_loads_its_client_alone(tmp_path: Path) -> None:
    redis, _ = nodes.servers()
    names = loaded(tmp_path, STOCKAPP_CACHE_REDIS_URL=redis.url)
    assert "redis" in names
    assert names & OTHERS == set()
    assert [name for name in names if name.startswith("stockapp.backends.distributed")] == []
