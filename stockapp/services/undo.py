"""What was removed a short while ago, so that it can come back."""

import secrets
from collections.abc import Mapping
from typing import Any

from stockapp.domain.watchlist import Removal
from stockapp.ports import SharedState

KEPT_SECONDS = 3600.0
_PREFIX = "undo:"


class Removals:
    """Keeps removals for an hour, for all workers. Who knows the token may take one, once."""

    def __init__(self, shared: SharedState) -> None:
        self._shared = shared

    def keep(self, removal: Removal) -> str:
        """Keep it. Returns a token that cannot be guessed. Raises StoreTrouble."""
        token = secrets.token_urlsafe(18)
        self.put_back(token, removal)
        return token

    def take(self, token: str) -> Removal | None:
        """What was kept under the token; None when it was taken before, or is over."""

        def take(kept: Mapping[str, Any] | None) -> tuple[None, Mapping[str, Any] | None]:
            return None, kept

        kept = self._shared.update(_PREFIX + token, take, KEPT_SECONDS)
        return Removal.from_json(kept) if kept else None

    def put_back(self, token: str, removal: Removal) -> None:
        """Keep what was taken and could not be used."""
        self._shared.put_many({_PREFIX + token: removal.to_json()}, KEPT_SECONDS)
