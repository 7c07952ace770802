"""The cache on Redis in place of files, by one setting."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.redis_server import MAXMEMORY, running_redis

from .server import ROOT, eventually, serving


class TestRedisInItsPlace:
    def test_serves_all_of_it_by_one_setting(self, tmp_path: Path) -> None:
        with (
            running_redis(tmp_path) as redis,
            serving(tmp_path, STOCKAPP_CACHE_REDIS_URL=redis.url) as server,
        ):
            server.refresh("LARK.SIM", wait=20)
            server.stop()
            server.start()
            assert server.get("/api/quote/LARK.SIM/cached").status_code == 200
            stats = server.get("/api/cache/stats").json()
            assert stats["prefixes"]["quote"]["entries"] == 1
            assert stats["limit_bytes"] == MAXMEMORY
            assert not (tmp_path / "data" / "cache").exists()
            redis.stop()
            server.get("/api/quote/LARK.SIM/cached")
            assert server.get("/").status_code == 200
            assert eventually(
                lambda: server.get("/api/health/detailed").json()["cache"]["status"] == "failing"
            )
            redis.start()
            assert eventually(
                lambda: server.get("/api/health/detailed").json()["cache"]["status"] == "ok"
            )
            assert server.delete("/api/cache").status_code == 200

    @pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1", "redis://:secret@host:x/0"])
    def test_a_wrong_address_is_told_in_a_sentence_without_its_password(
        self, tmp_path: Path, url: str
    ) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", "cache", "stats"],
            cwd=ROOT,
            env={
                **os.environ,
                "STOCKAPP_DATA_DIR": str(tmp_path),
                "STOCKAPP_CACHE_REDIS_URL": url,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 5
        assert done.stderr.count("\n") == 1
        assert "STOCKAPP_CACHE_REDIS_URL" in done.stderr
        assert "secret" not in done.stderr
