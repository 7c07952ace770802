"""Parts of addresses that stand for something, but for words that mean something else there."""

import re
from typing import TYPE_CHECKING

from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

if TYPE_CHECKING:
    from werkzeug.routing import Map


class Unless(BaseConverter):
    """`<unless("move", "import"):ticker>`: any part but these words, as they are written.

    So `DELETE /api/watchlist/import` is an error, and does not remove a symbol called IMPORT.
    """

    def __init__(self, url_map: "Map", *words: str) -> None:
        super().__init__(url_map)
        self.regex = f"(?!(?:{'|'.join(map(re.escape, words))})(?:/|$))[^/]+"


def know_unless(state: BlueprintSetupState) -> None:
    """To be recorded by a blueprint before its first rule that has one."""
    state.app.url_map.converters.setdefault("unless", Unless)
