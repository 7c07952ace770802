"""Commands: `flask --app app COMMAND`. docs/cli.md tells of each.

Nothing here imports services, but for types: a command that needs them has them built, which takes
a second or two, and the others need not wait for that.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from stockapp.cli import (
    accounts,
    analyze,
    archive,
    cache,
    doctor,
    lists,
    password,
    prices,
    providers,
    search,
    settings,
    status,
    tasks,
    tokens,
)
from stockapp.cli.shell import Shell

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools
    from stockapp.ports.archive import Archive
    from stockapp.settings.report import SettingsReport

_WITH_TOOLS = (
    accounts,
    analyze,
    cache,
    doctor,
    lists,
    prices,
    providers,
    search,
    status,
    tasks,
    tokens,
)


def register(
    group: click.Group,
    open_tools: "Callable[[], Tools]",
    open_archive: "Callable[[], Archive]",
    read_settings: "Callable[[], SettingsReport]",
    hashed: "Callable[[str], str]",
) -> None:
    """Add all commands to a group; each has what it needs opened when it is called."""
    shell = Shell(open_tools)
    for part in _WITH_TOOLS:
        part.register(group, shell)
    archive.register(group, open_archive)
    settings.register(group, read_settings)
    password.register(group, hashed)
