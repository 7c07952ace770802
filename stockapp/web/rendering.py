"""Rendering templates without holding up whatever else this worker serves."""

import time

from flask import current_app

# Pieces of a template between two turns for the others; a row has about a hundred.
_PIECES = 2_000


def render(template: str, **values: object) -> str:
    """The template with these values; needs an application context, and no request.

    A thousand rows take a quarter of a second, so others get their turn in between.
    """
    pieces: list[str] = []
    for piece in current_app.jinja_env.get_template(template).generate(**values):
        pieces.append(piece)
        if len(pieces) % _PIECES == 0:
            time.sleep(0)
    return "".join(pieces)
