"""`stockapp`: serves; with another word, does what `flask --app app` does with it."""

import click
from flask.cli import FlaskGroup

import stockapp
from stockapp.command.serve import serve
from stockapp.command.worker import beat, worker

_HELP = """A stock watchlist with analyses that never blocks and never hides anything.

Without a command it serves; `stockapp serve --help` lists the options. Settings come from the
environment and from a file .env in the current folder.
"""


class _Commands(FlaskGroup):
    """Those of the application, which is built only when one of them is asked for."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options without a command are those of `serve`."""
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version")):
            args = ["serve", *args]
        return super().parse_args(ctx, args)

    def _load_plugin_commands(self) -> None:
        """None: those that libraries bring are for other applications."""


def _group() -> _Commands:
    group = _Commands(
        name="stockapp",
        help=_HELP,
        create_app=stockapp.create_command_app,
        add_default_commands=False,
        add_version_option=False,
        # The settings read .env themselves, for the server and for commands alike.
        load_dotenv=False,
        set_debug_flag=False,
    )
    # Flask's own options choose an application, and there is one.
    group.params.clear()
    for command in (serve, worker, beat):
        group.add_command(command)
    return click.version_option(package_name="stockapp")(group)


main = _group()
