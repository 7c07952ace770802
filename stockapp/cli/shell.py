"""What all commands have in common: --json, how they end, and building what they need, late."""

import json
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from stockapp.cli.exits import Exit, Problem

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools


@dataclass(frozen=True)
class Answer:
    """What a command came to: one document for programs, lines for people.

    `notes` are for people too, beside the answer. A code other than DONE says that something of it
    failed, as the document tells.
    """

    document: Any
    lines: Iterable[str]
    exit: Exit = Exit.DONE
    notes: Sequence[str] = field(default=())


@dataclass(frozen=True)
class Asked:
    """How a command was asked for: as JSON or not, and who is there."""

    as_json: bool

    def say(self, line: str) -> None:
        """Tell people something at once; it must be in the document as well."""
        if not self.as_json:
            click.echo(line)

    def confirm(self, question: str, *, yes: bool) -> None:
        """Ask before what cannot be undone. Raises Problem where nobody can answer or agrees."""
        if yes:
            return
        if self.as_json or not sys.stdin.isatty():
            raise Problem(Exit.USAGE, "unconfirmed", f"{question} Say so by --yes.")
        click.confirm(question, abort=True, err=True)


class Shell:
    """Makes commands of functions. `open_tools` builds what they work with; called when needed."""

    def __init__(self, open_tools: "Callable[[], Tools]") -> None:
        self._open_tools = open_tools

    def command(
        self, group: click.Group, name: str
    ) -> Callable[[Callable[..., Answer]], click.Command]:
        """Add a command that is called with the tools, how it was asked for, and its parameters."""

        def decorate(call: Callable[..., Answer]) -> click.Command:
            def run(asked: Asked, **params: Any) -> Answer:
                return self._with_tools(call, asked, params)

            return _command(group, name, call, run)

        return decorate

    def _with_tools(self, call: Callable[..., Answer], asked: Asked, params: Any) -> Answer:
        tools = self._open_tools()
        # What goes wrong is told here already.
        log = logging.getLogger("stockapp")
        level = log.level
        log.setLevel(logging.ERROR)
        try:
            return call(tools, asked, **params)
        except Exception as error:
            # What is meant for people is told in words; a defect goes on as it is.
            problem = tools.problem_of(error)
            if problem is None:
                raise
            raise problem from None
        finally:
            tools.close()
            log.setLevel(level)


def plain_command(
    group: click.Group, name: str
) -> Callable[[Callable[..., Answer]], click.Command]:
    """Add a command that needs no tools: it is called as it was asked for."""

    def decorate(call: Callable[..., Answer]) -> click.Command:
        return _command(group, name, call, call)

    return decorate


def _command(
    group: click.Group, name: str, call: Callable[..., Any], run: Callable[..., Answer]
) -> click.Command:
    @wraps(call)
    def whole(as_json: bool, **params: Any) -> None:
        asked = Asked(as_json)
        try:
            answer = run(asked, **params)
        except Problem as problem:
            _fail(problem, as_json)
        except (KeyboardInterrupt, click.Abort):
            _fail(Problem(Exit.CANCELLED, "cancelled", "Cancelled."), as_json)
        except SystemExit as refused:
            # Settings, or the data folder, cannot be used: the words are for people.
            if not isinstance(refused.code, str):
                raise
            _fail(Problem(Exit.TROUBLE, "cannot_start", refused.code), as_json)
        else:
            _tell(answer, as_json)

    # Its own list of parameters: click changes what it finds, and commands may be made again.
    vars(whole)["__click_params__"] = [*vars(call).get("__click_params__", ())]
    options = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    command = click.command(name)(options(whole))
    group.add_command(command)
    return command


def _tell(answer: Answer, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(answer.document, ensure_ascii=False))
    else:
        for line in answer.lines:
            click.echo(line)
        for note in answer.notes:
            click.echo(note, err=True)
    if answer.exit is not Exit.DONE:
        raise SystemExit(int(answer.exit))


def _fail(problem: Problem, as_json: bool) -> None:
    words = json.dumps(problem.to_json()) if as_json else f"Error: {problem.detail}"
    click.echo(words, err=True)
    raise SystemExit(int(problem.exit))
