"""`providers`: how the sources fare, testing them, and having them asked again."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from stockapp.cli.exits import Exit
from stockapp.cli.following import follow
from stockapp.cli.shell import Answer, Asked, Shell
from stockapp.cli.texts import table

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools

_OPEN = "open"


def register(group: click.Group, shell: Shell) -> None:
    """Add the commands."""
    providers = click.Group("providers", help="How the sources fare; testing them.")
    group.add_command(providers)
    shell.command(providers, "list")(_list)
    shell.command(providers, "show")(_show)
    shell.command(providers, "test")(_test)
    shell.command(providers, "close")(_close)


def _list(tools: "Tools", asked: Asked) -> Answer:
    """Show every source with its methods: breaker, success rate, latency, quota left."""
    return _told([report.to_json() for report in tools.sources.reports()])


@click.argument("source")
def _show(tools: "Tools", asked: Asked, source: str) -> Answer:
    """Show one source with its methods and their last failures."""
    report = tools.sources.report(source).to_json()
    answer = _told([report])
    lines = [*answer.lines]
    for method in report["methods"]:
        if failure := method["last_failure"]:
            words = f"{failure['reason']}: {failure['detail']}"
            lines.append(f"{method['method']} failed last at {failure['at']}, {words}")
    return Answer(report, lines)


@click.argument("source")
def _test(tools: "Tools", asked: Asked, source: str) -> Answer:
    """Ask each method of SOURCE for a symbol that it surely knows, past its breaker."""
    created = tools.source_testing.start(source)
    task = follow(tools, created.task, joined=created.joined)
    methods = (task.result or {}).get("methods", {})
    rows = [(name, _outcome(told)) for name, told in methods.items()]
    bad = task.error or not all(told["success"] for told in methods.values())
    document = {"source": source, "methods": methods, "task": task.to_json()}
    notes = [task.error.detail] if task.error else []
    return Answer(document, table(rows), Exit.FAILED if bad else Exit.DONE, notes)


@click.argument("source")
@click.argument("method", required=False)
def _close(tools: "Tools", asked: Asked, source: str, method: str | None) -> Answer:
    """Have METHOD of SOURCE asked again at once, or all of its methods that are left alone."""
    names = [method] if method else [one.name for one in tools.sources.report(source).methods]
    closed = [name for name in names if tools.sources.close_breaker(source, name)]
    words = f"asked again: {', '.join(closed)}" if closed else "none was left alone"
    return Answer({"source": source, "closed": closed}, [words])


def _told(reports: list[dict[str, Any]]) -> Answer:
    rows = [("method", "state", "answered", "p50", "p95", "left")]
    for report in reports:
        left = ", ".join(f"{one['left']} a {one['period']}" for one in report["quotas"])
        for method in report["methods"]:
            name = f"{report['source']}/{method['method']}"
            state = "no key" if not report["configured"] else _state(method["breaker"])
            rate, latency = method["success_rate"], method["latency_ms"]
            answered = "-" if rate is None else f"{rate:.0%} of {method['requests']}"
            rows.append(
                (name, state, answered, _ms(latency["p50"]), _ms(latency["p95"]), left or "-")
            )
    return Answer({"providers": reports}, table(rows, right=(2, 3, 4)))


def _state(breaker: Mapping[str, Any]) -> str:
    if breaker["state"] != _OPEN:
        return "asked" if breaker["state"] == "closed" else "tried"
    return f"left alone until {breaker['until']} ({breaker['reason']})"


def _outcome(told: Mapping[str, Any]) -> str:
    if told["success"]:
        quote = told["quote"]
        return f"{quote['symbol']} {quote['price']:g} {quote['currency'] or ''}".rstrip()
    return f"failed: {told['error']['detail']}"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f} ms"
