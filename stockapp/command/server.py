"""gunicorn with the configuration that `make run` has, wherever it is started from."""

import sys

from gunicorn.app.wsgiapp import WSGIApplication

from stockapp.places import ROOT


class Server(WSGIApplication):  # type: ignore[misc]
    """gunicorn that takes no module from the folder where it was started."""

    def chdir(self) -> None:
        """Change nothing: gunicorn would look for modules in the current folder first."""


def main() -> None:
    """Serve until told to stop."""
    sys.path.insert(0, str(ROOT))
    sys.argv[1:] = ["-c", str(ROOT / "gunicorn.conf.py"), "wsgi:app"]
    Server(prog="stockapp").run()


if __name__ == "__main__":
    main()
