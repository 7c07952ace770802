"""`flask --app app doctor`: what is wrong, and what to do about it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.free_port import free_port
from tests.upstream.client import UpstreamServer

from .server import ROOT


def doctor(data_dir: Path, *options: str, **settings: Any) -> tuple[int, list[dict[str, str]]]:
    """Its exit code and its findings."""
    environment = {
        **os.environ,
        "STOCKAPP_DATA_DIR": str(data_dir),
        **{name: str(value) for name, value in settings.items()},
    }
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "doctor", "--json", *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    findings: list[dict[str, str]] = json.loads(done.stdout)["findings"]
    return done.returncode, findings


def test_with_everything_up_each_method_gives_its_price(tmp_path: Path) -> None:
    with UpstreamServer() as upstream:
        key = "very-secret-key-1"
        code, findings = doctor(tmp_path, **upstream.settings, FMP_API_KEY=key)
    health = {finding["what"]: finding["health"] for finding in findings}
    assert code == 0
    for method in ("quote", "spark", "chart", "summary", "page"):
        assert health[f"Yahoo, {method}"] == "ok"
    assert health["Financial Modeling Prep, quote"] == "ok"
    assert health["MarketStack, eod"] == "off"
    assert health["Scripts for the pages"] == "ok"
    assert key not in json.dumps(findings)


def test_one_source_that_fails_is_no_disaster_and_has_its_advice(tmp_path: Path) -> None:
    with UpstreamServer() as upstream:
        upstream.fault("yahoo", "status", status=429)
        code, findings = doctor(tmp_path, **upstream.settings)
    told = {finding["what"]: finding for finding in findings}
    assert code == 0
    assert told["Yahoo, chart"]["found"].startswith("rate_limited")
    assert "Wait" in told["Yahoo, chart"]["advice"]


def test_without_any_source_it_ends_with_1_and_says_what_to_do(tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    settings = {"STOCKAPP_YAHOO_BASE_URL": nowhere, "STOCKAPP_GOOGLE_BASE_URL": nowhere}
    code, findings = doctor(tmp_path, **settings)
    assert code == 1
    assert findings[-1]["what"] == "Prices"
    troubles = [finding for finding in findings if finding["health"] in ("warning", "failed")]
    assert troubles and all(finding["advice"] for finding in troubles)


def test_offline_it_checks_the_machine_alone(tmp_path: Path) -> None:
    code, findings = doctor(tmp_path, "--offline")
    assert code == 0
    assert [finding["health"] for finding in findings] == ["ok", "ok"]
