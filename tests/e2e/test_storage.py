"""A database that cannot be used: what people see, and what goes on."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .server import Server, eventually, serving

Window = Callable[..., Page]
pytestmark = pytest.mark.embedded("the file of SQLite; tests/distributed has Redis and PostgreSQL")


def database_of(server: Server) -> Path:
    return server.data_dir / "data" / "stockapp.sqlite3"


def trouble(server: Server) -> str | None:
    told: str | None = server.get("/api/health/detailed").json()["database"]["trouble"]
    return told


@pytest.mark.browser
def test_a_locked_database_is_told_and_what_is_known_is_shown(
    tmp_path: Path, window: Window
) -> None:
    with serving(tmp_path, STOCKAPP_SAMPLE="simulated", WEB_CONCURRENCY=1) as server:
        server.refresh("LARK.SIM", wait=20)
        page = window(server.url, refused=True)
        intruder = sqlite3.connect(database_of(server), isolation_level=None)
        intruder.execute("BEGIN EXCLUSIVE")
        expect(page.locator("#storage")).to_contain_text("another program has locked")
        assert trouble(server) == "another program has locked the database"
        refused = server.post("/api/watchlist/live-prices-async?force=true")
        assert refused.status_code == 503
        assert refused.json()["code"] == "database_unavailable"
        assert int(refused.headers["Retry-After"]) > 0
        assert server.get("/api/quote/LARK.SIM/cached").status_code == 200
        for path in ("/", "/tasks", "/system"):
            answer = server.get(path)
            assert answer.status_code == 200
            assert "another program has locked" in answer.text
        intruder.execute("ROLLBACK")
        intruder.close()
        expect(page.locator("#storage")).not_to_contain_text("locked")
        assert eventually(lambda: trouble(server) is None)
        assert server.refresh("LARK.SIM", wait=20)["status"] == "completed"


def test_a_server_whose_database_is_locked_can_be_stopped(tmp_path: Path) -> None:
    with serving(tmp_path, STOCKAPP_SAMPLE="simulated", WEB_CONCURRENCY=1) as server:
        intruder = sqlite3.connect(database_of(server), isolation_level=None)
        intruder.execute("BEGIN EXCLUSIVE")
        assert eventually(lambda: trouble(server) is not None)
        assert server.stop() == 0
        intruder.close()
        assert "Traceback" not in server.log()


def test_a_database_that_is_locked_at_the_start_is_waited_for(tmp_path: Path) -> None:
    with serving(tmp_path, STOCKAPP_SAMPLE="simulated", WEB_CONCURRENCY=1) as server:
        server.stop()
        intruder = sqlite3.connect(database_of(server), isolation_level=None)
        intruder.execute("PRAGMA locking_mode = EXCLUSIVE")
        intruder.execute("BEGIN EXCLUSIVE")
        server.launch()
        assert eventually(lambda: _answers(server) and trouble(server) is not None)
        page = server.get("/")
        assert page.status_code == 503
        assert "another program has locked" in page.text
        intruder.execute("ROLLBACK")
        intruder.close()
        assert eventually(lambda: server.get("/").status_code == 200)
        assert eventually(lambda: server.refresh("LARK.SIM", wait=20)["status"] == "completed")


@pytest.mark.browser
def test_a_damaged_database_is_set_aside_and_named(tmp_path: Path, window: Window) -> None:
    with serving(tmp_path, STOCKAPP_SAMPLE="simulated") as server:
        server.stop()
        database_of(server).write_bytes(b"no database" * 5000)
        server.start()
        (name,) = server.get("/api/health/detailed").json()["database"]["set_aside"]
        aside = database_of(server).with_name(name)
        assert aside.read_bytes() == b"no database" * 5000
        page = window(server.url, refused=True)
        expect(page.locator("#storage")).to_contain_text(name)
        expect(page.locator("tbody tr")).to_have_count(12)
        assert server.refresh("LARK.SIM", wait=20)["status"] == "completed"


def test_damage_while_it_runs_is_told_and_a_restart_mends_it(tmp_path: Path) -> None:
    with serving(tmp_path, STOCKAPP_SAMPLE="simulated", WEB_CONCURRENCY=1) as server:
        server.refresh("LARK.SIM", wait=20)
        path = database_of(server)
        for part in (path, path.with_name(f"{path.name}-wal")):
            with part.open("r+b") as file:
                file.write(b"\x00" * part.stat().st_size)
        assert eventually(lambda: "restart stockapp" in (trouble(server) or ""))
        assert server.get("/").status_code == 503
        assert server.get("/about").status_code == 200
        assert server.get("/api/quote/LARK.SIM/cached").status_code == 200
        server.stop()
        server.start()
        assert trouble(server) is None
        assert server.get("/").status_code == 200


def _answers(server: Server) -> bool:
    try:
        return server.get("/healthz").status_code == 200
    except OSError:
        return False
