"""What of a request's body is read at most, beyond its size in bytes."""

import math

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from stockapp.web.errors import Problem

# A form of ours has as many as its list has rows, and a few.
MOST_FIELDS = 10_000


def refuse_compressed() -> None:
    """Raises Problem for a compressed body: a small one can become too large when unpacked."""
    coding = request.environ.get("HTTP_CONTENT_ENCODING", "identity")
    if coding.strip().lower() not in ("", "identity"):
        detail = "Send the body as it is, not compressed."
        headers = {"Accept-Encoding": "identity"}
        raise Problem(415, "compressed_body", detail, headers=headers)


def whole() -> bytes:
    """The body as it was sent. Raises RequestEntityTooLarge."""
    data = request.get_data()
    if request.content_length is None and len(data) >= (request.max_content_length or math.inf):
        # Without a length werkzeug reads as far as the limit and says nothing.
        raise RequestEntityTooLarge
    return data


def read_form() -> None:
    """Have the form's fields ready. Raises RequestEntityTooLarge, Problem for far too many."""
    # Before they are parsed: half a million empty ones are as small as a picture.
    if request.mimetype == "application/x-www-form-urlencoded":
        if whole().count(b"&") >= MOST_FIELDS:
            raise Problem(413, "too_many_fields", f"A form has at most {MOST_FIELDS:,} fields.")
    elif request.mimetype == "multipart/form-data":
        whole()
