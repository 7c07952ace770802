"""The backup of PostgreSQL in docs/scaling.md, made while it is used, and brought back."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.server import ROOT, eventually
from tests.postgres_server import program

from .cluster import Cluster, Node, cluster
from .commands import answer

# All of it starts twice.
pytestmark = pytest.mark.timeout(300)

RESTORED = "stockapp-restored"


def commands(beginning: str) -> str:
    """The lines of shell in the docs that begin so."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs/scaling.md").read_text(), re.M | re.S)
    (found,) = [block for block in blocks if block.startswith(beginning)]
    return str(found)


def run(made: Cluster, folder: Path, lines: str) -> None:
    """As somebody who has PostgreSQL's programs."""
    found = program("pg_dump")
    assert found
    environment = {
        **os.environ,
        "PATH": f"{Path(found).parent}:{os.environ['PATH']}",
        "STOCKAPP_DATABASE_URL": made.database_url,
        "PGHOST": "127.0.0.1",
        "PGPORT": str(made.postgres.port),
        "PGUSER": "stockapp",
    }
    words = ["bash", "-e", "-c", lines]
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def add(node: Node, symbol: str) -> None:
    body = {"symbol": symbol, "accept_unknown": True, "watchlist": "kept"}
    assert node.post("/api/watchlist", json=body).ok


def symbols(node: Node) -> list[str]:
    told = node.get("/api/watchlist?watchlist=kept").json()["items"]
    return [item["symbol"] for item in told]


def test_lists_and_tokens_are_as_they_were_when_it_was_made(tmp_path: Path) -> None:
    with cluster(tmp_path, {}, nodes=2, tasks=1) as made:
        node = made.node
        node.post("/api/watchlists", json={"title": "Kept"})
        add(node, "LARK.SIM")
        node.patch("/api/watchlist/LARK.SIM", json={"note": "then", "watchlist": "kept"})
        token = answer(tmp_path, node.settings, "tokens", "create", "cron")[1]["token"]
        run(made, tmp_path, commands("pg_dump"))
        add(node, "QUIL.SIM")
        assert symbols(node) == ["LARK.SIM", "QUIL.SIM"]
        (backup,) = tmp_path.glob("*.dump")
        made.stop()
        address = made.postgres.url(RESTORED)
        lines = commands("createdb").replace("postgresql://.../stockapp-restored", address)
        run(made, tmp_path, re.sub(r"\S+\.dump", backup.name, lines))
        made.goes_to(address)
        node = made.node
        assert symbols(node) == ["LARK.SIM"]
        kept = node.get("/api/watchlist/LARK.SIM?watchlist=kept").json()
        assert kept["note"] == "then"
        told = answer(tmp_path, node.settings, "tokens", "list")[1]
        assert [one["name"] for one in told["tokens"]] == ["cron"]
        bearer = {"Authorization": f"Bearer {token}"}
        assert node.get("/api/watchlist", headers=bearer).status_code == 200
        add(node, "NOVE.SIM")
        assert all(eventually(lambda: "NOVE.SIM" in symbols(each)) for each in made.nodes)  # noqa: B023
        assert node.refresh("LARK.SIM,NOVE.SIM", wait=30)["status"] == "completed"
