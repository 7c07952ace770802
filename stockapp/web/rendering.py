"""Rendering templates without holding up whatever else this worker serves."""

from flask import current_app

from stockapp.web import csrf
from stockapp.web.pacing import paced

# Pieces of a template between two turns for the others; a row has about a hundred.
_PIECES = 3_000


def render(template: str, **values: object) -> str:
    """The template with these values; needs an application context, and no request.

    But a page needs the request that it answers: its forms carry a token of that browser. What is
    sent to many browsers has none.

    A thousand rows take a quarter of a second.
    """
    if template.startswith("pages/"):
        values["token"] = csrf.token()
    pieces = current_app.jinja_env.get_template(template).generate(**values)
    return "".join(paced(pieces, _PIECES))
