"""`tokens`: what programs show in place of a login."""

from typing import TYPE_CHECKING

import click

from stockapp.cli.exits import Exit, Problem
from stockapp.cli.shell import Answer, Asked, Shell
from stockapp.domain import moment
from stockapp.domain.access import Scope, Token

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools


def register(group: click.Group, shell: Shell) -> None:
    """Add the commands."""
    tokens = click.Group("tokens", help="What programs show in place of a login.")
    group.add_command(tokens)
    shell.command(tokens, "list")(_list)
    shell.command(tokens, "create")(_create)
    shell.command(tokens, "revoke")(_revoke)


def _list(tools: "Tools", asked: Asked) -> Answer:
    """Show all tokens, without their secrets."""
    found = tools.access.tokens()
    lines = [_line(token) for token in found] or ["No tokens."]
    return Answer({"tokens": [token.to_json() for token in found]}, lines)


@click.argument("name")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    default=Scope.READ.value,
    show_default=True,
    help="Read what is there without starting work, or everything.",
)
@click.option("--days", type=int, help="Ends after so many days.")
def _create(tools: "Tools", asked: Asked, name: str, scope: str, days: int | None) -> Answer:
    """Make a token of that NAME and print it; it cannot be shown again."""
    token, secret = tools.access.create_token(name, Scope(scope), days)
    return Answer({**token.to_json(), "token": secret}, [secret])


@click.argument("name")
def _revoke(tools: "Tools", asked: Asked, name: str) -> Answer:
    """Revoke a token by its NAME or id; running workers refuse it at once."""
    ids = [token.id for token in tools.access.tokens() if name in (token.name, token.id)]
    revoked = [id for id in ids if tools.access.revoke_token(id)]
    if not revoked:
        detail = "There is no such token; `tokens list` shows them."
        raise Problem(Exit.NOT_FOUND, "unknown_token", detail)
    return Answer({"revoked": revoked[0]}, ["Revoked."])


def _line(token: Token) -> str:
    used = moment.to_text(token.last_used_at) if token.last_used_at else "never"
    ends = moment.to_text(token.expires_at) if token.expires_at else "when revoked"
    return f"{token.id}  {token.scope.value:<4}  {token.name}  (used: {used}, ends: {ends})"
