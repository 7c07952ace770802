"""`stockapp serve`: becomes the server, in the same process."""

import os
import sys

import click


@click.command("serve")
@click.option("--host", metavar="ADDRESS", help="Address to listen on; 127.0.0.1 unless set.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on; 8000 unless set.")
@click.option("--workers", type=click.IntRange(1), help="Worker processes; as many as CPUs.")
@click.option("--data-dir", metavar="FOLDER", help="Folder for the database and the cache.")
def serve(host: str | None, port: int | None, workers: int | None, data_dir: str | None) -> None:
    """Serve until told to stop. What is not given here comes from the settings."""
    given = {
        "HOST": host,
        "PORT": port,
        "WEB_CONCURRENCY": workers,
        "STOCKAPP_DATA_DIR": data_dir,
    }
    os.environ |= {name: str(value) for name, value in given.items() if value is not None}
    # A clean interpreter, as gevent must patch before anything imports ssl, and the same process,
    # for those who sent this one signals. -P: modules are not looked for in the current folder.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "stockapp.command.server"])  # noqa: S606  # nosec B606
