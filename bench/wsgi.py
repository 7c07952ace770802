"""stockapp with the bare Flask route beside it, in the same workers; gevent's patches first."""

from gevent import monkey

monkey.patch_all()

from collections.abc import Iterable
from typing import Any

from bench.bare import app as bare
from stockapp import create_app

stockapp = create_app()


class Both:
    """Sends /bare to the bare application, past all of ours."""

    extensions = stockapp.extensions

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        chosen = bare if environ["PATH_INFO"] == "/bare" else stockapp
        return chosen(environ, start_response)


app = Both()
