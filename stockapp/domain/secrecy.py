"""Keeping secrets out of whatever is shown, stored or logged."""

from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "[hidden]"
# A shorter one could be part of a number, which must never be changed.
_LEAST_IN_BODY = 6


class Redactor:
    """Replaces known secrets in texts, also as they look in a URL."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets for form in (secret, quote(secret), quote_plus(secret))}
        # The longest first: one may hold another.
        self._forms = sorted((form for form in forms if form), key=len, reverse=True)

    def text(self, text: str) -> str:
        """The text without secrets."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return text

    def bytes(self, body: bytes) -> bytes:
        """An answer's body without secrets; numbers in it stay as they are."""
        for form in self._forms:
            if len(form) >= _LEAST_IN_BODY and not form.isdigit():
                body = body.replace(form.encode(), HIDDEN.encode())
        return body
