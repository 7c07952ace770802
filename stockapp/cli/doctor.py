"""`flask doctor`."""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict

import click
from flask import Flask

from stockapp.services.doctor import Doctor, Finding, Health, serious

_MARKS = {
    Health.GOOD: click.style("  ok  ", fg="green"),
    Health.OFF: click.style(" off  ", dim=True),
    Health.DOUBTFUL: click.style("  !   ", fg="yellow"),
    Health.BAD: click.style("FAILED", fg="red"),
}


def register(app: Flask, doctor: Doctor, close: Callable[[], None]) -> None:
    """Add the command."""

    @app.cli.command("doctor")
    @click.option("--offline", is_flag=True, help="Leave out all that needs the network.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def doctor_command(offline: bool, as_json: bool) -> None:
        """Check the data folder, the network and every source, and say what to do.

        Asks every method of every source that has its key once. Ends with 1 when stockapp
        cannot do its work.
        """
        # What is asked is told here already.
        logging.getLogger("stockapp").setLevel(logging.WARNING)
        findings = []
        try:
            for finding in doctor.findings(ask_sources=not offline):
                findings.append(finding)
                click.echo(json.dumps(asdict(finding)) if as_json else _line(finding))
        finally:
            close()
        if serious(findings):
            raise SystemExit(1)


def _line(finding: Finding) -> str:
    line = f"{_MARKS[finding.health]} {finding.what}: {finding.found}"
    return f"{line}\n       -> {finding.advice}" if finding.advice else line
