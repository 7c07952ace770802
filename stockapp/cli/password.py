"""`flask password`."""

from collections.abc import Callable

import click
from flask import Flask

from stockapp.services.passwords import LEAST_LENGTH, hashed


def register(app: Flask, close: Callable[[], None]) -> None:
    """Add the command."""

    @app.cli.command("password")
    def password() -> None:
        """Print the hash of a password, for STOCKAPP_PASSWORD."""
        close()
        typed = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        if len(typed) < LEAST_LENGTH:
            raise click.ClickException(f"a password has at least {LEAST_LENGTH} characters")
        click.echo(hashed(typed))
        click.echo("Put it into STOCKAPP_PASSWORD, in single quotes; then restart.", err=True)
