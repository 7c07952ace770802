"""`settings`: each with its value, and where that comes from."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from stockapp.cli.exits import Exit, Problem
from stockapp.cli.shell import Answer, Asked, plain_command

if TYPE_CHECKING:
    from stockapp.settings.report import SettingsReport


def register(group: click.Group, read: "Callable[[], SettingsReport]") -> None:
    """Add the command."""

    @plain_command(group, "settings")
    @click.argument("names", nargs=-1)
    @click.option("--changed", is_flag=True, help="Leave out what is as by default.")
    def settings(asked: Asked, names: tuple[str, ...], changed: bool) -> Answer:
        """Show all settings, or those of NAMES: value, where it comes from, and meaning.

        Keys and passwords are masked.
        """
        report = read()
        by_name = {one.name: one for one in report.settings}
        for name in names:
            if name.upper() not in by_name:
                raise Problem(Exit.NOT_FOUND, "unknown_setting", f"There is no setting {name}.")
        wanted = [by_name[name.upper()] for name in names] or list(report.settings)
        shown = [one for one in wanted if not changed or one.origin != "default"]
        lines = []
        for one in shown:
            value = "(empty)" if one.value in ("", None) else one.value
            lines.append(f"{one.name} = {value}  [{one.origin}]\n    {one.help}")
        told = report.to_json()
        kept = {one.name for one in shown}
        told["settings"] = [one for one in told["settings"] if one["name"] in kept]
        config = f"Read from {report.config}." if report.config else ""
        return Answer(told, lines, notes=[*([config] if config else []), *report.unknown])
