"""Titles of watchlists as people write them, and the names in addresses that follow from them."""

import itertools
import re
import unicodedata
from collections.abc import Collection

MAX_TITLE_LENGTH = 60
MAX_NAME_LENGTH = 40

# Invisible, but part of how some scripts, and pictures, are written.
_JOINERS = "\u200c\u200d"
_WITHOUT_JOINERS = str.maketrans("", "", _JOINERS)
# What a list is called whose title has no Latin letters: list-2, list-3...
_OTHERWISE = "list"


class InvalidTitle(ValueError):
    """The text can be no title; the message says why."""


def parse_title(text: str) -> str:
    """The title that the text means: in one line, blanks as between words. Raises InvalidTitle."""
    title = " ".join(text.split())
    if not title.translate(_WITHOUT_JOINERS):
        raise InvalidTitle("The title is empty. Enter one such as Tech.")
    if len(title) > MAX_TITLE_LENGTH:
        raise InvalidTitle(f"The title may have at most {MAX_TITLE_LENGTH} characters.")
    if not title.translate(_WITHOUT_JOINERS).isprintable():
        raise InvalidTitle("The title holds invisible characters; remove them.")
    return title


def title_key(title: str) -> str:
    """Equal for titles that people would take for the same."""
    return unicodedata.normalize("NFKC", title).casefold().translate(_WITHOUT_JOINERS)


def name_for(title: str, taken: Collection[str]) -> str:
    """A name made of the title, of a-z, 0-9 and hyphens, that is not taken."""
    base = _latin(title)
    if base and base not in taken:
        return base
    ends = (f"-{number}" for number in itertools.count(2))
    names = ((base or _OTHERWISE)[: MAX_NAME_LENGTH - len(end)].rstrip("-") + end for end in ends)
    return next(name for name in names if name not in taken)


def title_like(title: str, taken: Collection[str]) -> str:
    """The title, or one like it with a number, that is none of these."""
    keys = {title_key(other) for other in taken}
    ends = (f" {number}" for number in itertools.count(2))
    like = title
    while title_key(like) in keys:
        end = next(ends)
        like = title[: MAX_TITLE_LENGTH - len(end)].rstrip() + end
    return like


def _latin(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_NAME_LENGTH].rstrip("-")
    return name if re.search(r"[a-z]", name) else ""
