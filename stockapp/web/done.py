"""What a form did, in words.

Pages without scripts are told by a key in their address, so that no address can make a page say
anything else.
"""

from stockapp.domain.symbol import InvalidSymbol, parse_symbol

# `{}` is a symbol or a number.
_DONE = {
    "added": "{} was added.",
    "there": "{} is on the list already.",
    "added-many": "Symbols added: {}.",
    "all-there": "All of these are on the list already.",
    "removed-many": "Symbols removed: {}.",
    "moved": "Symbols moved: {}.",
    "kept": "Symbols that stayed, as the other list has another note or target price: {}."
    " Any others were moved.",
    "placed": "Moved.",
    "undone": "That is undone.",
    "renamed": "The list was renamed.",
    "list-deleted": "The list was deleted.",
    "imported": "Symbols imported or filled in: {}.",
    "saved": "{} was saved.",
    "removed": "{} was removed.",
    "gone": "{} was not on the list any more.",
    "samples": "Samples removed: {}.",
    "simulated": "Simulated companies added: {}.",
    "all-simulated": "All simulated companies are on the list already.",
    "started": "Refresh started.",
    "joined": "A refresh was under way already.",
    "nothing": "There is nothing to do: the list is empty.",
    "analysing": "The analysis has started.",
    "joined-analysis": "An analysis was under way already.",
    "cancelled": "Cancelled.",
    "cleared": "Entries deleted from the cache: {}.",
    "ended": "It had ended already.",
    "testing": "The test has started.",
    "asked-again": "It is asked again from now on.",
    "session-ended": "The session was ended.",
    "others-ended": "Other sessions ended: {}.",
    "revoked": "The token was revoked.",
    "verified": "Every entry of the cache was checked; none is damaged.",
    "mended": "The cache was checked; damaged entries deleted: {}.",
}


def words(key: str, what: str) -> str:
    """The sentence of that key about that symbol or number; "" for any other."""
    sentence = _DONE.get(key, "")
    if "{}" not in sentence:
        return sentence
    try:
        return sentence.format(parse_symbol(what))
    except InvalidSymbol:
        return ""
