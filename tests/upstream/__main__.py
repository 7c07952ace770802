"""`python -m tests.upstream [--port N]`: serve, telling the addresses as a line of JSON."""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()

import argparse
import json
from typing import Any

from gevent.pool import Pool
from gevent.pywsgi import WSGIHandler, WSGIServer

from tests.upstream.server import SERVICES, Application


class Handler(WSGIHandler):
    """Hands the socket to the application, which may want to reset it."""

    def get_environ(self) -> Any:
        environ = super().get_environ()
        environ["stockapp.socket"] = self.socket
        return environ


class Listener:
    """One port; closed, it refuses connections, and those that were open are cut."""

    def __init__(self, application: Application, port: int = 0) -> None:
        self._application = application
        self.port = port
        self._server: WSGIServer | None = None
        self.open()

    def open(self) -> None:
        if self._server is None:
            self._server = WSGIServer(
                ("127.0.0.1", self.port),
                self._application,
                handler_class=Handler,
                # With a pool, stopping also ends connections that are kept open.
                spawn=Pool(),
                log=None,
                error_log=None,
            )
            self._server.start()
            self.port = self._server.server_port

    def close(self) -> None:
        if self._server is not None:
            self._server.stop(timeout=0)
            self._server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.upstream")
    parser.add_argument("--port", type=int, default=0)
    application = Application()
    main_port = Listener(application, parser.parse_args().port)
    services = {name: Listener(application) for name in SERVICES}

    def refuse(changes: dict[str, bool]) -> None:
        for name, refused in changes.items():
            if refused:
                services[name].close()
            else:
                services[name].open()

    application.refuse = refuse
    urls = {name: listener.url for name, listener in services.items()}
    print(json.dumps({"url": main_port.url, "services": urls}), flush=True)
    main_port._server.serve_forever()  # type: ignore[union-attr]


if __name__ == "__main__":
    main()
