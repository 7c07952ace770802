"""A proxy that breaks connections in the middle of an answer."""

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress


class Cutter:
    """Lets so many bytes of each answer through as it is told in turn; then all of them.

    A connection that is cut is gone in both directions at once.
    """

    def __init__(self, port: int, cuts: Iterable[int]) -> None:
        self._port = port
        self._cuts = iter(cuts)
        self._lock = threading.Lock()
        self.cut = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        # Closing alone does not wake who waits for connections.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                with self._lock:
                    most = next(self._cuts, None)
                for pair in ((client, server, None), (server, client, most)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, most: int | None) -> None:
        passed = 0
        with suppress(OSError):
            while part := source.recv(4096):
                if most is not None and passed + len(part) >= most:
                    target.sendall(part[: most - passed])
                    self.cut += 1
                    break
                target.sendall(part)
                passed += len(part)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting(port: int, cuts: Iterable[int]) -> Iterator[Cutter]:
    proxy = Cutter(port, cuts)
    try:
        yield proxy
    finally:
        proxy.close()
