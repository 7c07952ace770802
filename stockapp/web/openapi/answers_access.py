"""What the calls about tokens answer."""

from datetime import datetime

from pydantic import Field

from stockapp.domain.access import Scope
from stockapp.web.openapi.answers_base import Answer


class TokenAnswer(Answer):
    """A token, without its secret; null: never used, or good until it is revoked."""

    id: str
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class Tokens(Answer):
    """All tokens, in the order in which they were made."""

    tokens: list[TokenAnswer]


class NewToken(TokenAnswer):
    """A token that was just made."""

    token: str = Field(description="Its secret, which is told only here.")


class RevokedToken(Answer):
    """The id of the token that was revoked."""

    revoked: str
