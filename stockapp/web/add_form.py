"""What is meant by what was typed into the field for adding: symbols, a name, or an ISIN."""

import re
from dataclasses import dataclass

from stockapp.domain.isin import WrongCheckDigit, isin_in
from stockapp.domain.symbol import InvalidSymbol, parse_symbol
from stockapp.services.item_rules import split
from stockapp.services.search import Search
from stockapp.web.search_page import MOST_OPTIONS, found_view
from stockapp.web.watchlist_views import AddProblem, OptionView

_MARKS = re.compile(r"[,;\r\n]")


@dataclass(frozen=True, slots=True)
class Meant:
    """The symbols that are meant; or a problem, with what may have been meant."""

    symbols: tuple[str, ...] = ()
    problem: AddProblem | None = None


def meant(typed: str, search: Search) -> Meant:
    """What to add; what is written like a name or an ISIN is searched for."""
    text = typed.strip()
    words = split(text)
    if not words:
        return Meant(problem=AddProblem("Type a symbol such as AAPL, a company's name or an ISIN."))
    if len(words) == 1 and not _is_isin(text):
        return _one(words[0], text, search)
    if len(words) == 1 or not (_MARKS.search(text) or all(map(_like_a_symbol, words))):
        return _found(text, search)
    return Meant(tuple(words))


def _one(word: str, text: str, search: Search) -> Meant:
    try:
        return Meant((parse_symbol(word),))
    except InvalidSymbol as error:
        found = found_view(search.find(text, limit=MOST_OPTIONS))
        return Meant(problem=AddProblem(str(error), found.options))


def _found(text: str, search: Search) -> Meant:
    found = search.find(text, limit=MOST_OPTIONS)
    options = found_view(found).options
    if len(options) == 1 and _is_isin(text):
        return Meant((options[0].symbol,))
    if options:
        return Meant(problem=AddProblem("Which of these is meant?", options))
    why = found.problem or "Nothing was found by that name. Type the symbol itself."
    return Meant(problem=AddProblem(why, _as_symbols(text)))


def _as_symbols(text: str) -> tuple[OptionView, ...]:
    """The words as symbols, to choose: what nothing is called may be some in small letters."""
    words = split(text)
    if len(words) == 1 or not all(map(_can_be_a_symbol, words)):
        return ()
    return (OptionView(", ".join(words).upper(), "as symbols", "", listed=False),)


def _is_isin(text: str) -> bool:
    try:
        return isin_in(text) is not None
    except WrongCheckDigit:
        return True


def _can_be_a_symbol(word: str) -> bool:
    try:
        parse_symbol(word)
    except InvalidSymbol:
        return False
    return True


def _like_a_symbol(word: str) -> bool:
    """Whether people write symbols so: AAPL, 7203.T, brk-b; Apple and inc are words."""
    return word.isupper() or any(not letter.isalpha() for letter in word)
