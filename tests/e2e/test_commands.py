"""Commands as processes of their own, beside a server on the same data folder."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .server import ROOT, Server, eventually, serving


class Beside:
    """A server with a slow exchange, and commands on its data folder."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def start(self, *words: str) -> "subprocess.Popen[str]":
        environment = {
            **os.environ,
            "STOCKAPP_SAMPLE": "none",
            **self.server.settings,
            "STOCKAPP_DATA_DIR": str(self.server.data_dir / "data"),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", *words, "--json"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Whoever runs the tests in the background of a script has it ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )

    def run(self, *words: str) -> tuple[int, Any]:
        """The exit code, and the document or the problem."""
        process = self.start(*words)
        out, err = process.communicate(timeout=100)
        assert "Traceback" not in err, err
        return process.returncode, json.loads(out or err)

    def newest_task(self) -> dict[str, Any]:
        tasks = self.server.get("/api/tasks").json()["tasks"]
        return tasks[0] if tasks else {}


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    with serving(
        tmp_path_factory.mktemp("beside"),
        WEB_CONCURRENCY=1,
        STOCKAPP_SIMULATED_LATENCY_MS=3_000,
        STOCKAPP_SOURCES="google",
    ) as server:
        yield Beside(server)


def test_a_running_server_does_what_a_command_asks_for_and_has_it_cached(beside: Beside) -> None:
    code, told = beside.run("quote", "LARK.SIM")
    assert (code, told["summary"]["ok"]) == (0, 1)
    quote = beside.server.get("/api/quote/LARK.SIM/cached").json()["quote"]
    assert quote["fetched_at"] == told["live_prices"]["LARK.SIM"]["quote"]["fetched_at"]
    task = beside.newest_task()
    assert (task["id"], task["retries"]) == (told["task"]["id"], 0)
    assert beside.run("status")[0] == 0


def test_ctrl_c_cancels_the_task_whoever_runs_it(beside: Beside) -> None:
    before = beside.newest_task().get("id")
    process = beside.start("quote", *(f"T{number}.SIM" for number in range(200)))
    assert eventually(
        lambda: (
            beside.newest_task().get("id") != before and beside.newest_task()["status"] == "running"
        )
    )
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (3, ""), err
    problem = json.loads(err)
    assert problem["code"] == "cancelled"
    task = beside.server.get(f"/api/tasks/{problem['task']}").json()
    assert task["status"] == "cancelled"


@pytest.mark.embedded("backups are of files; PostgreSQL brings its own")
def test_a_backup_is_made_while_it_serves_and_restored_when_it_has_stopped(
    beside: Beside, tmp_path: Path
) -> None:
    server = beside.server
    server.post("/api/watchlist", json={"symbol": "LARK.SIM", "note": "kept"})
    file = tmp_path / "backup.zip"
    assert beside.run("backup", str(file))[0] == 0
    server.patch("/api/watchlist/LARK.SIM", json={"note": "changed"})
    code, refused = beside.run("restore", str(file), "--yes")
    assert (code, refused["code"]) == (5, "not_restored")
    assert "Stop the server" in refused["detail"]
    assert server.get("/api/watchlist/LARK.SIM").json()["note"] == "changed"
    server.stop()
    code, restored = beside.run("restore", str(file), "--yes")
    assert code == 0
    assert (Path(restored["aside"]) / "stockapp.sqlite3").exists()
    server.start()
    assert server.get("/api/watchlist/LARK.SIM").json()["note"] == "kept"


def test_without_a_server_a_command_does_its_work_itself(beside: Beside) -> None:
    beside.server.stop()
    code, told = beside.run("quote", "QUIL.SIM")
    assert (code, told["summary"]["ok"]) == (0, 1)
    beside.server.start()
    assert beside.server.get("/api/quote/QUIL.SIM/cached").json()["cached"] is True
