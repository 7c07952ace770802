"""`flask tokens`."""

import contextlib
import json
import logging
from collections.abc import Callable, Iterator

import click
from flask import Flask
from flask.cli import AppGroup

from stockapp.domain import moment
from stockapp.domain.access import Scope, Token, TokenExists
from stockapp.ports import StoreTrouble
from stockapp.services.access import MAX_DAYS, Access, InvalidToken, TooManyTokens

_as_json = click.option("--json", "as_json", is_flag=True, help="JSON.")


def register(app: Flask, access: Access, close: Callable[[], None]) -> None:
    """Add the commands."""
    group = AppGroup("tokens", help="What programs show in place of a login.")
    app.cli.add_command(group)
    _register_list(group, access, close)
    _register_create(group, access, close)
    _register_revoke(group, access, close)


def _register_list(group: AppGroup, access: Access, close: Callable[[], None]) -> None:
    @group.command("list")
    @_as_json
    def list_(as_json: bool) -> None:
        """Show all tokens, without their secrets."""
        with _telling(close):
            found = access.tokens()
        if as_json:
            click.echo(json.dumps([token.to_json() for token in found]))
            return
        for token in found:
            click.echo(_line(token))
        if not found:
            click.echo("No tokens.")


def _register_create(group: AppGroup, access: Access, close: Callable[[], None]) -> None:
    @group.command("create")
    @click.argument("name")
    @click.option(
        "--scope",
        type=click.Choice([scope.value for scope in Scope]),
        default=Scope.READ.value,
        show_default=True,
        help="Read what is there without starting work, or everything.",
    )
    @click.option("--days", type=click.IntRange(1, MAX_DAYS), help="Ends after so many days.")
    @_as_json
    def create(name: str, scope: str, days: int | None, as_json: bool) -> None:
        """Make a token of that NAME and print it; it cannot be shown again."""
        with _telling(close):
            token, secret = access.create_token(name, Scope(scope), days)
        click.echo(json.dumps({**token.to_json(), "token": secret}) if as_json else secret)


def _register_revoke(group: AppGroup, access: Access, close: Callable[[], None]) -> None:
    @group.command("revoke")
    @click.argument("name")
    @_as_json
    def revoke(name: str, as_json: bool) -> None:
        """Revoke a token by its NAME or id; running workers refuse it at once."""
        with _telling(close):
            ids = [token.id for token in access.tokens() if name in (token.name, token.id)]
            revoked = [id for id in ids if access.revoke_token(id)]
        if not revoked:
            raise click.ClickException("there is no such token; `tokens list` shows them")
        click.echo(json.dumps({"revoked": revoked[0]}) if as_json else "revoked")


@contextlib.contextmanager
def _telling(close: Callable[[], None]) -> Iterator[None]:
    logging.getLogger("stockapp").setLevel(logging.ERROR)
    try:
        yield
    except (InvalidToken, TokenExists, TooManyTokens, StoreTrouble) as error:
        raise click.ClickException(str(error)) from None
    finally:
        close()


def _line(token: Token) -> str:
    used = moment.to_text(token.last_used_at) if token.last_used_at else "never"
    ends = moment.to_text(token.expires_at) if token.expires_at else "when revoked"
    return f"{token.id}  {token.scope.value:<4}  {token.name}  (used: {used}, ends: {ends})"
