"""`stockapp` as people run it, each a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.e2e.server import ROOT

_STOCKAPP = "from stockapp.command.main import main; main()"


def environment_of(data_dir: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Variables of a node whose files are in that folder."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HOST": "127.0.0.1",
        "STOCKAPP_DATA_DIR": str(data_dir),
        "STOCKAPP_SAMPLE": "none",
        "STOCKAPP_SOURCES": "google",
        **settings,
    }


def stockapp(*words: str) -> list[str]:
    """The command line of `stockapp WORDS`."""
    return [sys.executable, "-c", _STOCKAPP, *words]


def run(
    data_dir: Path, settings: Mapping[str, str], *words: str
) -> "subprocess.CompletedProcess[str]":
    """Run it to its end."""
    return subprocess.run(
        stockapp(*words),
        cwd=data_dir,
        env=environment_of(data_dir, settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def answer(data_dir: Path, settings: Mapping[str, str], *words: str) -> tuple[int, Any]:
    """The exit code, and the document or the problem that it told."""
    done = run(data_dir, settings, *words, "--json")
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout or done.stderr)


class Running:
    """A command that goes on until it is told to stop; its output is in a file."""

    def __init__(self, data_dir: Path, settings: Mapping[str, str], *words: str) -> None:
        self.log_path = data_dir / f"{'_'.join(words)}.log"
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                stockapp(*words),
                cwd=data_dir,
                env=environment_of(data_dir, settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(40)
        finally:
            self.process.kill()
