"""Keeping secrets out of whatever is shown, stored or logged."""

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "[hidden]"
# A shorter one could be part of a number, which must never be changed.
_LEAST_IN_BODY = 6

# What looks like a secret by the name before it, in headers, forms, addresses, JSON and Python's
# own way to write them. Not quotes and backslashes: the line must stay what it was, such as JSON.
_HEADER = re.compile(
    r"""(?ix) \b ((?:proxy-)?authorization | (?:set-)?cookie | x-csrf-token | x-api-key)
    (\\?["']? \s* [:=] \s* b?\\?["']?) [^"'\\\r\n]+""",
)
_FIELD = re.compile(
    r"""(?ix) \b (\w*(?:password|passwd|passphrase|secret|token|crumb|api_?key|apikey|access_key))
    (\\?["']? \s* [:=] \s* b?\\?["']?) [^\s"'\\&;,)}\]]+""",
)


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

    def line(self, text: str) -> str:
        """A line of a log, without these, nor what is called a password, a cookie and so on."""
        return _FIELD.sub(_hide, _HEADER.sub(_hide, self.text(text)))

    def bytes(self, body: bytes) -> bytes:
        """An answer's body without secrets; numbers in it stay as they are."""
        for form in self._forms:
            if len(form) >= _LEAST_IN_BODY and not form.isdigit():
                body = body.replace(form.encode(), HIDDEN.encode())
        return body


def _hide(found: "re.Match[str]") -> str:
    return f"{found[1]}{found[2]}{HIDDEN}"
