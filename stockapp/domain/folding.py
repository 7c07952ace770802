"""Text as people type it when they look for something."""

import unicodedata


def folded(text: str) -> str:
    """In small letters and without accents."""
    if text.isascii():
        # Nearly all text is, and this is several times as quick.
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))
