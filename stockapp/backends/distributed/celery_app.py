"""The Celery application: which queues there are, and how nodes talk to them.

A message is a wake-up with the id of a task. What is to be done, and who does it, stands in the
task store: a message that is lost or told twice loses and doubles nothing.
"""

import ssl
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from celery import Celery
from celery.app.amqp import AMQP
from kombu.connection import Connection
from redis.connection import parse_url

TASKS, CPU = "tasks", "cpu"
RUN, COMPUTE, LIVE, END_OF_DAY = (
    "stockapp.run",
    "stockapp.compute",
    "stockapp.live",
    "stockapp.end_of_day",
)

_TIMEOUT_SECONDS = 3.0
# kombu's own default of 10 makes those who find none free run a task twice.
_CONNECTIONS = 200
_RESULT_SECONDS = 120
_RETRY_SECONDS = 3
_TLS = {"required": ssl.CERT_REQUIRED, "optional": ssl.CERT_OPTIONAL, "none": ssl.CERT_NONE}


class _Connection(Connection):
    """Looks for a Redis that is away every few seconds, not ever more seldom."""

    def ensure_connection(self, *args: Any, **options: Any) -> Any:
        """As Celery's worker asks for it. Raises what kombu does."""
        wanted = {"interval_max": _RETRY_SECONDS, **options}
        return super().ensure_connection(*args, **wanted)  # type: ignore[no-untyped-call]


class _Amqp(AMQP):  # type: ignore[misc]
    Connection = _Connection


# The module of the composition root that holds what workers do; see `configure` there.
app = Celery("stockapp", include=["stockapp.bootstrap.worker"], set_as_current=False, amqp=_Amqp)
# What is due is asked for anew each time; the usual scheduler keeps a file of pickles.
app.conf.beat_scheduler = "celery.beat:Scheduler"


def configure(url: str, prefix: str, celery: Celery = app) -> Celery:
    """The application on that Redis; once for each, as it keeps its connections."""
    address, tls = _address(url)
    connection = {
        "global_keyprefix": queue_key(prefix, ""),
        "socket_timeout": _TIMEOUT_SECONDS,
        "socket_connect_timeout": _TIMEOUT_SECONDS,
        "max_connections": _CONNECTIONS,
    }
    celery.conf.update(
        broker_url=address,
        broker_use_ssl=tls,
        broker_pool_limit=50,
        # Redis may come up after us, and go away for a while.
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # What a dead worker had taken is never delivered again, so nothing is noted of it.
        broker_transport_options={**connection, "ack_emulation": False},
        result_backend=address,
        redis_backend_use_ssl=tls,
        result_backend_transport_options=connection,
        redis_socket_timeout=_TIMEOUT_SECONDS,
        redis_socket_connect_timeout=_TIMEOUT_SECONDS,
        redis_max_connections=_CONNECTIONS,
        result_expires=_RESULT_SECONDS,
        # One for all greenlets, instead of one for each: nobody waits by it (remote_executor.py).
        result_backend_thread_safe=True,
        # Nothing on the wire can name code to run.
        accept_content=["json"],
        task_serializer="json",
        result_serializer="json",
        task_ignore_result=True,
        task_default_queue=TASKS,
        task_routes={COMPUTE: {"queue": CPU}},
        # Leases in the task store bring back what a dead worker ran, within seconds; late
        # acknowledgements took minutes under gevent.
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        # Until it is told that a process died which computed; what it had to say is in Redis.
        worker_lost_wait=0.5,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        timezone="UTC",
    )
    return celery


def queue_key(prefix: str, queue: str) -> str:
    """The list in Redis that holds the messages of a queue, the oldest at its end."""
    return f"{prefix}celery:{queue}"


def _address(url: str) -> tuple[str, dict[str, Any] | None]:
    """The address as Celery has it, and how TLS is to be done: both as redis-py understands it."""
    parts = urlsplit(url)
    meant: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]
    number = meant.get("db", 0)
    if parts.scheme == "unix":
        # Not by urlunsplit, which leaves out the // of a scheme that it does not know.
        return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={number}", None
    address = urlunsplit(parts._replace(path=f"/{number}", query="", fragment=""))
    if parts.scheme != "rediss":
        return address, None
    tls = {name: value for name, value in meant.items() if name.startswith("ssl_")}
    return address, {**tls, "ssl_cert_reqs": _TLS[meant.get("ssl_cert_reqs", "required")]}
