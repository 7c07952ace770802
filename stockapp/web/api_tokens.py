"""JSON: the tokens of programs."""

from flask import Blueprint, Response, jsonify

from stockapp.domain.access import Scope
from stockapp.services.access import Access
from stockapp.web import guard, inputs
from stockapp.web.errors import Problem, not_found
from stockapp.web.openapi.answers_access import NewToken, RevokedToken, Tokens
from stockapp.web.openapi.call import Gives, Link, described
from stockapp.web.schemas import TokenInput

_LINKS = (Link("revokeToken", {"token_id": "$response.body#/id"}),)


class TokensApi:
    """The calls about tokens. `needed`: a password is set, so that tokens mean something."""

    def __init__(self, access: Access, *, needed: bool) -> None:
        self._access = access
        self._needed = needed

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("api_tokens", __name__, url_prefix="/api/tokens")
        blueprint.before_request(_refuse_readers)
        blueprint.add_url_rule("", view_func=self.tokens)
        blueprint.add_url_rule("", view_func=self.create, methods=["POST"])
        blueprint.add_url_rule("/<token_id>", view_func=self.revoke, methods=["DELETE"])
        return blueprint

    @described("listTokens", "Access", gives={200: Tokens})
    def tokens(self) -> Response:
        """All tokens, without their secrets."""
        return jsonify({"tokens": [token.to_json() for token in self._access.tokens()]})

    @described(
        "createToken",
        "Access",
        takes=TokenInput,
        gives={201: Gives((NewToken,), "It was made.", (), _LINKS)},
        faults=("409 no_password", "409 token_exists", "409 too_many_tokens"),
    )
    def create(self) -> Response:
        """Make a token: 201 with its secret as `token`, which is told only here."""
        wanted = inputs.read(TokenInput)
        require_password(self._needed)
        token, secret = self._access.create_token(wanted.name, wanted.scope, wanted.expires_in_days)
        response = jsonify({**token.to_json(), "token": secret})
        response.status_code = 201
        response.headers["Cache-Control"] = "no-store"
        return response

    @described("revokeToken", "Access", gives={200: RevokedToken}, faults=("404 unknown_token",))
    def revoke(self, token_id: str) -> Response:
        """Revoke a token."""
        if not self._access.revoke_token(token_id):
            raise not_found("token", "There is no token of that id; it may have been revoked.")
        return jsonify({"revoked": token_id})


def require_password(needed: bool) -> None:
    """Raises Problem where everything is open: a token from then would open what is closed later,
    for whoever made it.
    """
    if not needed:
        detail = "No password is set, so no token is needed. Set STOCKAPP_PASSWORD first."
        raise Problem(409, "no_password", detail)


def _refuse_readers() -> None:
    known = guard.identity()
    if known is not None and known.scope is not Scope.FULL:
        detail = "This token may only read. Use one of full scope to look after tokens."
        raise Problem(403, "read_only_token", detail)
