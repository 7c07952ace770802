"""Pages compressed as they are sent. JSON is not, as its speed counts; nor are streams."""

from flask import Flask, Response
from flask_compress import Compress

_LEVELS = {
    "COMPRESS_ALGORITHM": ["zstd", "br", "gzip"],
    # A page of a thousand rows, 1.2 MB, holds up the worker for 1, 6 and 8 ms by these levels;
    # higher ones take far longer than what they save takes to send.
    "COMPRESS_ZSTD_LEVEL": 3,
    "COMPRESS_BR_LEVEL": 4,
    "COMPRESS_LEVEL": 3,
}

_compress = Compress()


def register(app: Flask) -> None:
    """Make `compressed` usable in this application."""
    app.config.from_mapping(
        _LEVELS,
        COMPRESS_REGISTER=False,
        COMPRESS_MIMETYPES=["text/html"],
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,
    )
    _compress.init_app(app)


def compressed(response: Response) -> Response:
    """The answer as the browser takes it best, if it is HTML; to be called within its request."""
    return _compress.after_request(response)
