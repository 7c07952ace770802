"""`python -m tests.upstream [--port N]`: serve, telling the address as a line of JSON."""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()

import argparse
import json
from typing import Any

from gevent.pywsgi import WSGIHandler, WSGIServer

from tests.upstream.server import Application


class Handler(WSGIHandler):
    """Hands the socket to the application, which may want to reset it."""

    def get_environ(self) -> Any:
        environ = super().get_environ()
        environ["stockapp.socket"] = self.socket
        return environ


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.upstream")
    parser.add_argument("--port", type=int, default=0)
    server = WSGIServer(
        ("127.0.0.1", parser.parse_args().port),
        Application(),
        handler_class=Handler,
        log=None,
        error_log=None,
    )
    server.start()
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
