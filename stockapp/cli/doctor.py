"""`doctor`: why there are no prices."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from stockapp.cli.exits import Exit
from stockapp.cli.shell import Answer, Asked, Shell

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools
    from stockapp.services.doctor import Finding

_BAD = "failed"
_MARKS: dict[str, dict[str, Any]] = {
    "ok": {"text": "  ok  ", "fg": "green"},
    "off": {"text": " off  ", "dim": True},
    "warning": {"text": "  !   ", "fg": "yellow"},
    _BAD: {"text": "FAILED", "fg": "red"},
}


def register(group: click.Group, shell: Shell) -> None:
    """Add the command."""
    shell.command(group, "doctor")(_doctor)


@click.option("--offline", is_flag=True, help="Leave out all that needs the network.")
def _doctor(tools: "Tools", asked: Asked, offline: bool) -> Answer:
    """Check the data folder, the network and every source, and say what to do.

    Asks every method of every source that has its key once. Ends with 1 when stockapp cannot do
    its work.
    """
    findings = []
    for finding in tools.doctor.findings(ask_sources=not offline):
        findings.append(asdict(finding))
        # As they come: some take a while.
        asked.say(_line(finding))
    bad = any(finding["health"] == _BAD for finding in findings)
    return Answer({"findings": findings, "ok": not bad}, [], Exit.FAILED if bad else Exit.DONE)


def _line(finding: "Finding") -> str:
    line = f"{click.style(**_MARKS[finding.health.value])} {finding.what}: {finding.found}"
    return f"{line}\n       -> {finding.advice}" if finding.advice else line
