"""Finding symbols as one types: at once among what is known here, then at the sources.

What a source found for a text is kept for a week and used for a day; ten windows that type the same
ask once. Whatever goes wrong there, what is known here is told, with the reason in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stockapp.domain.attempt import Attempt, Failure, Reason
from stockapp.domain.folding import folded
from stockapp.domain.isin import WrongCheckDigit, isin_in
from stockapp.domain.listing import Listing
from stockapp.domain.symbol import is_simulated
from stockapp.ports import WatchlistStore
from stockapp.services.profiles import Profiles
from stockapp.services.quotes import Quotes
from stockapp.services.remote_search import Remote, RemoteSearch

MAX_LENGTH = 60
# So many invented companies are shown though real ones would fill the whole list.
_SIMULATED_PLACES = 2
WATCHLIST = "watchlist"

_WORDS = {
    Reason.RATE_LIMITED: "{} limits our requests at present",
    Reason.TIMEOUT: "{} did not answer in time",
    Reason.CONNECT_FAILED: "{} cannot be reached",
    Reason.TLS_FAILED: "{} cannot be reached",
    Reason.UNAUTHORIZED: "{} refuses our requests",
    Reason.ACCESS_DENIED: "{} refuses our requests",
    Reason.BLOCKED: "{} refuses our requests",
    Reason.QUOTA_EXHAUSTED: "{} gives no more answers at present",
    Reason.CIRCUIT_OPEN: "{} failed lately and is not asked for a while",
    Reason.CANCELLED: "Many other searches are under way",
    Reason.NOT_CONFIGURED: "No source in use can search",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What fits a text, best first.

    `problem` says why there may be more than this, or why the text cannot be meant; `attempts` who
    was asked. `cached`: the sources' part was found before; `age` is how many seconds ago that was.
    `listed` are those of the symbols that are on a list. `asking`: sources were not asked yet.
    """

    query: str
    listings: Sequence[Listing] = ()
    attempts: Sequence[Attempt] = ()
    problem: str | None = None
    cached: bool = False
    age: float | None = None
    listed: frozenset[str] = frozenset()
    asking: bool = False

    def to_json(self) -> dict[str, Any]:
        """What was found as the JSON interface shows it."""
        return {
            "q": self.query,
            "results": [
                {**listing.to_json(), "listed": listing.symbol in self.listed}
                for listing in self.listings
            ],
            "attempts": [attempt.to_json() for attempt in self.attempts],
            "problem": self.problem,
            "cached": self.cached,
        }


class Search:
    """One worker's."""

    def __init__(
        self,
        remote: RemoteSearch,
        watchlists: WatchlistStore,
        quotes: Quotes,
        profiles: Profiles,
        *,
        simulated: Sequence[Listing],
        titles: Mapping[str, str],
    ) -> None:
        self._remote = remote
        self._watchlists = watchlists
        self._quotes = quotes
        self._profiles = profiles
        self._simulated = tuple(simulated)
        self._titles = titles

    def find(self, text: str, limit: int = 8, *, at_once: bool = False) -> Found:
        """What fits the text; waits for the sources, but not for long.

        With `at_once` it does not wait: where sources have to be asked, `asking` says so.
        Raises StoreTrouble, and RateLimited where sources would have to be asked.
        """
        query = normalised(text)
        if not query:
            return Found("")
        if len(query) > MAX_LENGTH:
            problem = f"The text is longer than {MAX_LENGTH} characters; type less of the name."
            return Found(query, problem=problem)
        try:
            isin = isin_in(query)
        except WrongCheckDigit as error:
            return Found(query, problem=str(error))
        names = self._watchlists.names()
        remote, asking = self._told(query, isin or query, at_once=at_once)
        listings = self._ranked(query, names, remote.listings, limit)
        return Found(
            query,
            self._with_currencies(listings),
            remote.attempts,
            self._problem(remote),
            remote.cached,
            remote.age,
            frozenset(names).intersection(listing.symbol for listing in listings),
            asking,
        )

    def _told(self, query: str, wanted: str, *, at_once: bool) -> tuple[Remote, bool]:
        """What sources say, and whether they would have to be asked for that."""
        # Nobody but the invented exchange, which is known here, has anything of that name.
        if is_simulated(query.upper()):
            return Remote(), False
        if not at_once:
            return self._remote.find(wanted), False
        held = self._remote.held(wanted)
        return held or Remote(), held is None

    def _ranked(
        self,
        query: str,
        names: Mapping[str, str | None],
        remote: Sequence[Listing],
        limit: int,
    ) -> list[Listing]:
        """First what is on the list, then what sources found, then invented companies."""
        wanted = folded(query)
        found = {listing.symbol: listing for listing in remote}
        invented = {listing.symbol: listing for listing in self._simulated}
        mine = {
            symbol: rank or _BY_SOURCE
            for symbol, name in names.items()
            if (rank := _rank(wanted, symbol, name)) or symbol in found
        }
        listed = [
            found.get(symbol)
            or invented.get(symbol)
            or Listing(symbol, names[symbol], None, None, None, WATCHLIST)
            for symbol in sorted(mine, key=mine.__getitem__)
        ]
        others = [listing for listing in remote if listing.symbol not in names]
        ranks = {
            symbol: rank
            for symbol, listing in invented.items()
            if symbol not in names and (rank := _rank(wanted, symbol, listing.name))
        }
        room = max(0, limit - len(listed))
        kept = sorted(ranks, key=ranks.__getitem__)
        kept = kept[: min(room, max(_SIMULATED_PLACES, room - len(others)))]
        return [
            *listed[:limit],
            *others[: room - len(kept)],
            *(invented[symbol] for symbol in kept),
        ]

    def _with_currencies(self, listings: Sequence[Listing]) -> list[Listing]:
        """With what is known of each symbol here where its source left it out; never a guess."""
        lacking = [one.symbol for one in listings if one.currency is None]
        profiles = self._profiles.known(lacking)
        views = self._quotes.cached(lacking)
        completed = []
        for one in listings:
            profile, view = profiles.get(one.symbol), views.get(one.symbol)
            quote = view.quote if view else None
            told = quote.currency if quote else None
            completed.append(
                replace(
                    one,
                    name=one.name or (quote.name if quote else None),
                    exchange=one.exchange or (quote.exchange if quote else None),
                    currency=one.currency or (profile.currency if profile else told),
                )
            )
        return completed

    def _problem(self, remote: Remote) -> str | None:
        error = remote.error
        if error is None:
            return None
        words = _WORDS.get(error.reason, "{} gave no usable answer")
        why = words.format(self._blamed(error, remote.attempts))
        if remote.listings:
            return f"{why}; what is shown was found earlier."
        return f"{why}; type the symbol itself."

    def _blamed(self, error: Failure, attempts: Sequence[Attempt]) -> str:
        source = next((one.source for one in attempts if one.detail == error.detail), None)
        return self._titles.get(source, source) if source else "The search"


def normalised(text: str) -> str:
    """Without blanks around it, with single ones inside, and without what cannot be seen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


_EXACT, _SYMBOL, _NAME, _BY_SOURCE = 1, 2, 3, 4


def _rank(wanted: str, symbol: str, name: str | None) -> int:
    """How well it fits: as the symbol, its beginning, or that of a word in the name; 0: not."""
    own = symbol.casefold()
    if own == wanted:
        return _EXACT
    if own.startswith(wanted):
        return _SYMBOL
    return _NAME if f" {wanted}" in f" {folded(name or '')}" else 0
