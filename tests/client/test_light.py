"""What a program pays that only calls a server."""

import subprocess
import sys
from pathlib import Path

import stockapp

ROOT = Path(__file__).parent.parent.parent


def test_it_brings_nothing_of_the_server_along() -> None:
    code = (
        "import sys, stockapp.client\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('stockapp.')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    all_modules, ours = (set(line.split()) for line in done.stdout.splitlines())
    assert "requests" in all_modules
    assert not all_modules & {
        *("flask", "werkzeug", "gevent", "gunicorn", "pydantic", "pydantic_settings"),
        *("pandas", "numpy", "yfinance", "orjson", "structlog", "curl_cffi"),
    }
    assert {name for name in ours if not name.startswith("stockapp.client")} == set()


def test_type_checkers_are_told_that_it_is_typed() -> None:
    assert (Path(stockapp.__file__).parent / "py.typed").is_file()
