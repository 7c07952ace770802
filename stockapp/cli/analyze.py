"""`analyze` and `compare`: what companies are worth."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from stockapp.cli.exits import Exit, Problem
from stockapp.cli.following import follow
from stockapp.cli.shell import Answer, Asked, Shell
from stockapp.cli.texts import money, table
from stockapp.domain.analysis import Verdict
from stockapp.domain.choices import METHODS, BusinessType, Choices
from stockapp.domain.symbol import parse_symbol

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools

_MOST = 5


def register(group: click.Group, shell: Shell) -> None:
    """Add the commands."""
    shell.command(group, "analyze")(_analyze)
    shell.command(group, "compare")(_compare)


@click.argument("symbol", required=False)
@click.option("--list", "-l", "watchlist", help="Analyse a whole list in place of SYMBOL.")
@click.option("--force", is_flag=True, help="Use nothing that is cached.")
@click.option("--business-type", type=click.Choice([one.value for one in BusinessType]))
@click.option("--growth", type=float, help="Of cash flows, a year; 0.05 is 5 %.")
@click.option("--discount-rate", type=float, help="A year; 0.09 is 9 %.")
@click.option("--terminal-growth", type=float, help="After ten years; 0.02 is 2 %.")
@click.option(
    "--weight",
    "weights",
    type=(click.Choice(METHODS), float),
    multiple=True,
    help="Of a method in the fair value, such as dcf 0.5; those of all add up to 1.",
)
def _analyze(
    tools: "Tools",
    asked: Asked,
    symbol: str | None,
    watchlist: str | None,
    force: bool,
    weights: tuple[tuple[str, float], ...],
    **rates: Any,
) -> Answer:
    """Value a company and judge its soundness, by assumptions of yours where you give some."""
    if (symbol is None) == (watchlist is None):
        raise Problem(Exit.USAGE, "usage", "Name a symbol, or a list by --list.")
    if watchlist is not None:
        return _analyze_list(tools, watchlist, force=force)
    business_type = rates.pop("business_type")
    kind = BusinessType(business_type) if business_type else None
    choices = Choices(kind, dict(weights) or None, **rates)
    document = _analysed(tools, str(symbol), choices, force=force)
    return Answer(document, _lines(document["analysis"]))


def _analyze_list(tools: "Tools", watchlist: str, *, force: bool) -> Answer:
    tools.watchlists.require(watchlist)
    begun = tools.analyses.start_all(watchlist, force=force)
    if begun is None or begun.task is None:
        raise Problem(Exit.FAILED, "empty_watchlist", "The list is empty; add a symbol first.")
    task = follow(tools, begun.task, joined=begun.joined)
    result = task.result or {}
    if task.error:
        raise Problem(Exit.FAILED, task.error.code, task.error.detail, {"result": result})
    rows = [_row(symbol, told) for symbol, told in result["analyses"].items()]
    exit_ = Exit.FAILED if result["summary"]["failed"] else Exit.DONE
    document = {**result, "task": task.to_json()}
    return Answer(document, table(rows, right=(2, 3)), exit_, [task.progress.message])


@click.argument("symbols", nargs=-1, required=True)
def _compare(tools: "Tools", asked: Asked, symbols: tuple[str, ...]) -> Answer:
    """Put up to five companies side by side, analysing those that were not lately."""
    if len(symbols) > _MOST:
        raise Problem(Exit.USAGE, "too_many_symbols", f"At most {_MOST} can be compared.")
    told, failed = {}, {}
    for symbol in [parse_symbol(symbol) for symbol in symbols]:
        try:
            told[symbol] = _analysed(tools, symbol, Choices(), force=False)["analysis"]
        except Problem as problem:
            if problem.exit is Exit.CANCELLED:
                raise
            failed[symbol] = problem.to_json()
    rows = [_row(symbol, _as_line(one)) for symbol, one in told.items()]
    notes = [f"{symbol}: {problem['detail']}" for symbol, problem in failed.items()]
    document = {"analyses": told, "failed": failed}
    return Answer(document, table(rows, right=(2, 3)), Exit.FAILED if failed else Exit.DONE, notes)


def _analysed(tools: "Tools", symbol: str, choices: Choices, *, force: bool) -> dict[str, Any]:
    """The document of one analysis. Raises Problem where there is none."""
    begun = tools.analyses.start(symbol, choices, force=force)
    if begun.task is None and begun.analysis:
        return {"analysis": begun.analysis.value.to_json(), "cached": True, "task": None}
    if begun.task is None:
        raise Problem(Exit.FAILED, "not_analysed", "There is no analysis any more; ask again.")
    task = follow(tools, begun.task, joined=begun.joined)
    if task.error:
        raise Problem(Exit.FAILED, task.error.code, task.error.detail)
    analysis = (task.result or {}).get("analysis")
    if not analysis:
        raise Problem(Exit.FAILED, "not_analysed", "It could not be analysed; see `tasks show`.")
    return {"analysis": analysis, "cached": False, "task": task.to_json()}


def _as_line(analysis: Mapping[str, Any]) -> dict[str, Any]:
    worth = analysis["report"]["valuation"]
    if not worth:
        return {"verdict": Verdict.NONE.value, "reason": "There are no statements."}
    fair = worth["fair_value"] or {}
    return {
        "verdict": worth["verdict"],
        "currency": worth["currency"],
        "fair_value": fair.get("value"),
        "margin": fair.get("margin"),
        "reason": next(iter(worth["reasons"]), ""),
    }


def _row(symbol: str, told: Mapping[str, Any]) -> tuple[str, ...]:
    if error := told.get("error"):
        return (symbol, "failed", "-", "-", error["detail"])
    margin = told.get("margin")
    return (
        symbol,
        Verdict(told["verdict"]).words,
        money(told.get("fair_value"), told.get("currency")),
        "-" if margin is None else f"{margin:+.1%}",
        told["reason"],
    )


def _lines(analysis: Mapping[str, Any]) -> list[str]:
    line, report = _as_line(analysis), analysis["report"]
    company, worth = analysis["company"] or {}, report["valuation"]
    lines = [f"{analysis['symbol']}  {company.get('name') or ''}".rstrip()]
    if any(origin["source"] == "simulated" for origin in analysis["origins"]):
        lines.append("  Simulated data: the company and its figures are invented.")
    lines.append(f"  verdict       {Verdict(line['verdict']).words}: {line['reason']}")
    if line.get("fair_value") is not None:
        lines.append(f"  fair value    {money(line['fair_value'], line['currency'])} a share")
    if line.get("margin") is not None:
        price = money(worth["fair_value"]["price"], line["currency"])
        lines.append(f"  price         {price}, margin {line['margin']:.1%}")
    if worth:
        for method in worth["methods"]:
            value = method["value"]
            lines.append(
                f"  {method['title']:<28}{method['reason'] if value is None else f'{value:,.2f}'}"
            )
        lines.append(f"  {worth['reverse_dcf']}")
    lines += [f"  {caveat['severity']}: {caveat['message']}" for caveat in report["caveats"]]
    return lines
