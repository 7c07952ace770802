"""`flask analyze`."""

import json
import logging
from collections.abc import Callable

import click
from flask import Flask

from stockapp.domain.choices import Choices
from stockapp.domain.symbol import InvalidSymbol
from stockapp.services.analyses import Analyses
from stockapp.services.analysing import NothingKnown
from stockapp.services.analysis_store import Analysis, line_of
from stockapp.services.stages import TITLES, Origin, Stage


def register(app: Flask, analyses: Analyses, close: Callable[[], None]) -> None:
    """Add the command."""

    @app.cli.command("analyze")
    @click.argument("symbol")
    @click.option("--force", is_flag=True, help="Use nothing that is cached.")
    @click.option("--json", "as_json", is_flag=True, help="JSON.")
    def analyze(symbol: str, force: bool, as_json: bool) -> None:
        """Value a company and judge its soundness; no server is needed for it."""
        logging.getLogger("stockapp").setLevel(logging.ERROR)
        try:
            analysis = analyses.now(symbol, Choices(), force=force, watcher=_Teller())
        except (InvalidSymbol, NothingKnown, TimeoutError) as error:
            raise click.ClickException(str(error)) from None
        finally:
            close()
        if analysis is None:
            raise click.Abort
        if as_json:
            click.echo(json.dumps(analysis.to_json()))
        else:
            _show(analysis)


class _Teller:
    """stages.Watcher for one who reads along; never stops."""

    def begun(self, stage: Stage) -> None:
        """Not told: who is asked says more."""

    def asking(self, stage: Stage, source: str) -> None:
        """A source is being asked."""
        self._say(f"{TITLES[stage]}: asking {source}")

    def ended(self, origin: Origin) -> None:
        """How it came out."""
        why = origin.error.detail if origin.error else origin.note
        self._say(f"{TITLES[origin.stage]}: {origin.state.value}. {why}")

    def _say(self, words: str) -> None:
        click.echo(words, err=True)

    def stopped(self) -> bool:
        """Never."""
        return False


def _show(analysis: Analysis) -> None:
    line, report = line_of(analysis), analysis.report
    name = analysis.company.name if analysis.company else ""
    click.echo(f"{analysis.symbol}  {name or ''}")
    if any(origin.source == "simulated" for origin in analysis.origins):
        click.echo("  Simulated data: the company and its figures are invented.")
    click.echo(f"  verdict       {line.verdict.words}: {line.reason}")
    if line.fair_value is not None:
        click.echo(f"  fair value    {line.fair_value:,.2f} {line.currency} a share")
    if line.price is not None and line.margin is not None:
        click.echo(f"  price         {line.price:,.2f} {line.currency}, margin {line.margin:.1%}")
    if report.valuation:
        for method in report.valuation.methods:
            told = method.reason if method.value is None else f"{method.value:,.2f}"
            click.echo(f"  {method.title:<28}{told}")
        click.echo(f"  {report.valuation.reverse_dcf}")
    for caveat in report.caveats:
        click.echo(f"  {caveat.severity.value}: {caveat.message}")
