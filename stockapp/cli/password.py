"""`password`: what of a password stands in the settings."""

from collections.abc import Callable

import click

from stockapp.cli.exits import Exit, Problem
from stockapp.cli.shell import Answer, Asked, plain_command


def register(group: click.Group, hashed: Callable[[str], str]) -> None:
    """Add the command."""

    @plain_command(group, "password")
    def password(asked: Asked) -> Answer:
        """Print the hash of a password, for STOCKAPP_PASSWORD."""
        typed = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        try:
            told = hashed(typed)
        except ValueError as error:
            raise Problem(Exit.USAGE, "invalid_value", str(error)) from None
        note = "Put it into STOCKAPP_PASSWORD, in single quotes; then restart."
        return Answer({"hash": told}, [told], notes=[note])
