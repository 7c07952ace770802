"""docs/adding-a-provider.md, run word for word: one file and one line make a source."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import responses

from stockapp.domain.attempt import Outcome, Reason
from stockapp.domain.secrecy import Redactor
from stockapp.fetching.course import Rules
from stockapp.fetching.http import HttpTransport
from stockapp.fetching.lane import Lane
from stockapp.fetching.latency import LateBounds
from stockapp.fetching.race import Race
from stockapp.providers.base import Provider
from stockapp.settings import Settings
from stockapp.tasks.cancellation import CancelToken

from ..fetching.scripted import Listener, RealClock, Threads, gatekeepers

ROOT = Path(__file__).parent.parent.parent
URL = "https://quotes.example/v1/last"


PAGE = (ROOT / "docs" / "adding-a-provider.md").read_text()


def documented_file() -> str:
    files: list[str] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(files) == 1
    return files[0]


def documented_lines() -> list[str]:
    (diff,) = re.findall(r"```diff\n(.*?)```", PAGE, re.DOTALL)
    return [line[1:] + "\n" for line in diff.splitlines() if line.startswith("+")]


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> tuple[Provider, ...]:
    """The chosen sources, with the documented file and lines put where the page says."""
    an_import, line = documented_lines()
    module = ModuleType("stockapp.providers.example")
    exec(compile(documented_file(), "docs/adding-a-provider.md", "exec"), module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    registry = (ROOT / "stockapp" / "providers" / "__init__.py").read_text()
    registry = registry.replace("from stockapp.settings", f"{an_import}from stockapp.settings")
    registry = registry.replace(
        "        Google(settings.google_concurrency),\n", f"        Google(),\n{line}"
    )
    names: dict[str, Any] = {}
    exec(compile(registry, "stockapp/providers/__init__.py", "exec"), names)
    found: tuple[Provider, ...] = names["chosen"](
        Settings(_env_file=None, sources="example", sample="none")
    )
    return found


@pytest.fixture
def executor() -> Iterator[Threads]:
    threads = Threads()
    yield threads
    threads.close()


def race(providers: tuple[Provider, ...], executor: Threads) -> Race:
    clock, keepers = RealClock(), gatekeepers(secrets=["the-key"])
    lanes = [
        Lane(
            provider,
            method,
            HttpTransport(provider.title, clock, Redactor(["the-key"]), base_url="", connections=4),
            clock,
            keepers,
            LateBounds(5, 5),
        )
        for provider in providers
        for method in provider.methods
    ]
    return Race(lanes, executor, clock, keepers, Rules(5, 10))


def run(providers: tuple[Provider, ...], executor: Threads, *symbols: str) -> Listener:
    heard = Listener()
    race(providers, executor).run(symbols, heard, CancelToken().on_cancel)
    return heard


@responses.activate
def test_the_example_gives_prices_and_reasons(
    providers: tuple[Provider, ...], executor: Threads
) -> None:
    responses.get(URL, body="ACME,102.5,USD,1763651700\nBAD,0,USD,1763651700\n")
    heard = run(providers, executor, "ACME", "ZZZ", "BAD", "VOD.L")
    quote = heard.quote("ACME")
    assert (quote.price, quote.currency, quote.source) == (102.5, "USD", "example")
    assert heard.error("ZZZ") is Reason.NOT_FOUND
    assert heard.error("BAD") is Reason.NO_DATA
    assert heard.by_source("VOD.L") == [("example", Outcome.SKIPPED, Reason.UNSUPPORTED_SYMBOL)]
    assert len(responses.calls) == 1
    assert "symbols=ACME%2CZZZ%2CBAD&token=the-key" in (responses.calls[0].request.url or "")


@responses.activate
@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (429, "slow down, the-key", Reason.RATE_LIMITED),
        (401, "", Reason.UNAUTHORIZED),
        (200, "<html>no</html>", Reason.BAD_RESPONSE),
    ],
)
def test_its_failures_are_told_and_guarded_like_those_of_all_others(
    providers: tuple[Provider, ...], executor: Threads, status: int, body: str, reason: Reason
) -> None:
    responses.get(URL, status=status, body=body)
    heard = run(providers, executor, "ACME")
    assert heard.error("ACME") is reason
    assert "the-key" not in str(heard.fetched["ACME"])


def test_the_example_is_as_tidy_as_the_code(tmp_path: Path) -> None:
    import subprocess

    path = tmp_path / "example.py"
    path.write_text(documented_file())
    config = str(ROOT / "pyproject.toml")
    for command in (["check"], ["format", "--check"]):
        subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--config", config, str(path)], check=True
        )
