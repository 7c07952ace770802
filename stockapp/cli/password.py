"""`password`: what of a password stands in the settings."""

import click

from stockapp.cli.exits import Exit, Problem
from stockapp.cli.shell import Answer, Asked, plain_command

# Not a use case: it needs nothing to be built.
from stockapp.services.passwords import LEAST_LENGTH, hashed


def register(group: click.Group) -> None:
    """Add the command."""
    plain_command(group, "password")(_password)


def _password(asked: Asked) -> Answer:
    """Print the hash of a password, for STOCKAPP_PASSWORD."""
    typed = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if len(typed) < LEAST_LENGTH:
        detail = f"A password has at least {LEAST_LENGTH} characters."
        raise Problem(Exit.USAGE, "invalid_value", detail)
    told = hashed(typed)
    note = "Put it into STOCKAPP_PASSWORD, in single quotes; then restart."
    return Answer({"hash": told}, [told], notes=[note])
