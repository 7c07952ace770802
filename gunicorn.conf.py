"""How gunicorn serves stockapp. Values people may want to change are settings (docs/settings.md);
the others stand here with their reasons."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import gevent
from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer

from stockapp.backends.embedded import damage, lost_worker, occupancy, upgrade
from stockapp.command.reached import reached
from stockapp.metrics import folder as metrics_folder
from stockapp.providers import UnknownSource, chosen
from stockapp.settings import DATABASE, read_settings
from stockapp.settings.access import refusal
from stockapp.web import descriptors, packing, preloading
from stockapp.web.worker import Worker

_settings = read_settings()
_database = _settings.data_dir / DATABASE
_metrics = _settings.data_dir / "metrics"
_folder = Path(__file__).parent
try:
    chosen(_settings)
except UnknownSource as error:
    raise SystemExit(f"stockapp cannot start, see docs/settings.md: {error}") from None

bind = _settings.host
if not bind.startswith("unix:"):
    _host = bind.strip("[]")
    bind = f"[{_host}]:{_settings.port}" if ":" in _host else f"{_host}:{_settings.port}"

# What proxies tell of clients is for web/client_address.py to believe or not, by
# STOCKAPP_TRUSTED_PROXIES; gunicorn itself would believe whoever connects from this machine.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}

workers = _settings.workers
worker_class = "stockapp.web.worker.Worker"

# When its connections are used up a worker makes the next client wait without a word; streams
# are refused with a 503 long before (max_streams), and one address cannot take all of them
# (web/crowd.py). Those that do not get on are ended (web/line.py).
worker_connections = descriptors.room_for(1_000 + _settings.max_streams * 5)

# Seconds without a sign of life from a worker's hub before it is killed and replaced. Nothing
# here holds the hub for one second; a minute spares a swapping machine.
timeout = 60

# Streams end and tasks are handed over within a second of the signal; what is left are requests.
graceful_timeout = 15

# Browsers reuse a connection for the next click; idle ones cost little under gevent, and do not
# hold up a stop (see the worker class).
keepalive = 30

# A worker is replaced now and then, so that a slow leak in a library cannot grow for ever; with
# jitter, so that not all go at once.
max_requests = _settings.max_requests
max_requests_jitter = _settings.max_requests // 10

# Larger request lines and headers than any of our clients sends are refused.
limit_request_line = 8190
limit_request_fields = 100

reload = _settings.reload
reload_extra_files = [
    str(path)
    for folder in ("templates", "static/css", "static/js")
    for path in _folder.joinpath(folder).rglob("*.*")
]

loglevel = _settings.log_level.lower()
accesslog = None
control_socket_disable = True


# Before a worker imports what counts.
metrics_folder.name(_metrics)


def on_starting(server: Arbiter) -> None:
    """Before there are workers: see that the database can be used, and compress what they serve."""
    if words := refusal(_settings, server.cfg.address):
        raise SystemExit(words)
    if _settings.distributed:
        _reach()
    else:
        # Held for as long as there is a master or a worker of it: nothing is restored meanwhile.
        server.occupancy = occupancy.enter(_settings.data_dir)
        damage.prepare(_database)
        upgrade.prepare(_database)
    _pack(server)


def when_ready(server: Arbiter) -> None:
    """Before there are workers: import for all of them what they need; those that reload do not.

    Sockets may also have been handed over, by systemd for one.
    """
    if words := refusal(_settings, _listening(server.LISTENERS)):
        raise SystemExit(words)
    # Not sooner: one that finds its port taken must not clear those of whoever has it.
    metrics_folder.clear(_metrics)
    if not reload:
        root = "stockapp.bootstrap"
        preloading.preload(f"{root}.distributed" if _settings.distributed else root)


def on_reload(server: Arbiter) -> None:
    """Before the workers are replaced: settings and files may have changed."""
    if words := refusal(_settings, _listening(server.LISTENERS)):
        raise HaltServer(words, 1)
    _pack(server)


def _reach() -> None:
    """See that the shared servers can be used.

    Workers get the secret from here: they must be able to start while a server is away.
    """
    secret = reached()
    if not _settings.secret_key.get_secret_value():
        os.environ["STOCKAPP_SECRET_KEY"] = secret


def _listening(sockets: Iterable[Any]) -> list[object]:
    return [one.getsockname() for one in sockets]


def _pack(server: Arbiter) -> None:
    if reload:
        return
    try:
        packing.pack(_folder / "static", _folder / "build" / "static")
    except OSError as error:
        server.log.warning("scripts and styles are served uncompressed: %s", error)


def post_fork(server: Arbiter, worker: Worker) -> None:
    """Heed a signal to stop that came before the worker could listen for any."""
    worker.heed_early_signals(server.SIG_QUEUE)


def child_exit(server: Arbiter, worker: Worker) -> None:
    """In the master: what a dead worker still ran goes to another at once."""
    if not _settings.distributed:
        lost_worker.hand_over(_database, _settings.data_dir, worker.pid)


def post_worker_init(worker: Worker) -> None:
    """Watch for the end of the worker: streams must end and tasks be handed over then."""
    house = worker.wsgi.extensions["stockapp"]
    # A worker reads the settings anew: the password may be gone since the server started.
    if words := refusal(house.settings, _listening(worker.sockets)):
        print(words, file=sys.stderr)
        sys.exit(Arbiter.WORKER_BOOT_ERROR)

    def watch() -> None:
        while worker.alive:
            gevent.sleep(0.05)
        house.drain()
        worker.close_idle()

    gevent.spawn(watch)


def worker_exit(server: Arbiter, worker: Worker) -> None:
    """Close what the worker had open, also when it was told to quit at once."""
    if getattr(worker, "wsgi", None) is not None:
        worker.wsgi.extensions["stockapp"].close()
