"""Who may use stockapp: the parts of logging in, of tokens, and of what proxies tell."""

from collections.abc import Iterator

from flask import Blueprint, Flask

from stockapp.bootstrap.backends import Backends
from stockapp.domain.client_address import TrustedProxies
from stockapp.services.access import Access, Lifetimes
from stockapp.services.login_throttle import LoginThrottle
from stockapp.services.passwords import Passwords
from stockapp.settings import Settings
from stockapp.settings.access import by_socket, networks
from stockapp.tasks.periodic import Periodic
from stockapp.web import guard
from stockapp.web.access_page import AccessPage
from stockapp.web.api_tokens import TokensApi
from stockapp.web.login_page import LoginPage
from stockapp.web.session_streams import SessionStreams
from stockapp.web.stream_gate import StreamGate

# Sessions and tokens whose time is over are noticed so soon by their streams.
_LOOK_SECONDS = 10.0


def access_of(settings: Settings, backends: Backends) -> Access:
    """Sessions and tokens."""
    given = settings.password.get_secret_value()
    return Access(
        backends.sessions,
        backends.tokens,
        Passwords(given, backends.sessions, backends.executor),
        backends.clock,
        Lifetimes(settings.session_idle_seconds, settings.session_seconds),
    )


def proxies(settings: Settings) -> TrustedProxies:
    """Whose word about clients is believed."""
    told = settings.trusted_proxies
    return TrustedProxies(networks(told), by_socket(told))


def guarded(app: Flask, settings: Settings, access: Access) -> None:
    """Ask everybody who they are, where a password is set."""
    app.jinja_env.globals["logged_in"] = guard.logged_in
    if settings.needs_login:
        guard.register(app, access)


def watching(gate: StreamGate, access: Access) -> Periodic:
    """Has streams end with the sessions they belong to, once started."""
    return Periodic("sessions", SessionStreams(gate, access).look, _LOOK_SECONDS)


def pages(settings: Settings, backends: Backends, access: Access) -> Iterator[Blueprint]:
    """Logging in, and the page about sessions and tokens."""
    needed = settings.needs_login
    throttle = LoginThrottle(backends.shared, backends.clock)
    yield LoginPage(
        access, throttle, needed=needed, session_seconds=settings.session_seconds
    ).blueprint()
    yield AccessPage(access, backends.clock, needed=needed).blueprint()


def api(settings: Settings, access: Access) -> Blueprint:
    """The calls about tokens."""
    return TokensApi(access, needed=settings.needs_login).blueprint()
