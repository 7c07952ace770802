"""Where stockapp must not listen without a password."""

import runpy
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer
from pydantic import ValidationError

from stockapp.metrics import folder as metrics_folder
from stockapp.settings import Settings, read_settings
from stockapp.settings.access import refusal

ROOT = Path(__file__).parent.parent
HERE = [("127.0.0.1", 8000)]
HASH = (
    "$argon2id$v=19$m=8,t=1,p=1$oXIDFticsEqy6+QKH+jHcw$xTJPlSefcE0ybzkbyqC5lAmQyrXVNSgU4iva34l16WU"
)


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_on_this_machine_alone_it_may_be_open(host: str) -> None:
    assert refusal(settings(), [(host, 8000)]) is None


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (("0.0.0.0", 8000), "on 0.0.0.0:8000 "),
        (("::", 8000), "on [::]:8000 "),
        (("::", 8000, 0, 0), "on [::]:8000 "),
        (("192.168.1.4", 80), "on 192.168.1.4:80 "),
        (("8.8.8.8", 80), "on 8.8.8.8:80 "),
        # What a name leads to may change.
        (("my-machine", 80), "on my-machine:80 "),
        (("127.0.0.1.evil.example", 80), "on 127.0.0.1.evil.example:80 "),
        (("", 80), "on :80 "),
        # There for a proxy, which listens elsewhere.
        ("/run/stockapp.sock", "on the Unix socket /run/stockapp.sock "),
        (b"\0abstract", "Unix socket"),
    ],
)
def test_anywhere_else_it_must_be_said_who_may_come_in(address: object, words: str) -> None:
    told = refusal(settings(), [*HERE, address])
    assert told is not None
    assert words in told
    assert "Set STOCKAPP_PASSWORD" in told
    assert "STOCKAPP_AUTH=none" in told
    for allowed in (settings(password="eight or more"), settings(password=HASH)):
        assert refusal(allowed, [address]) is None
    assert refusal(settings(auth="none"), [address]) is None


def test_behind_a_proxy_it_is_reached_from_elsewhere() -> None:
    told = refusal(settings(trusted_proxies="127.0.0.1"), HERE)
    assert told is not None
    assert "behind a proxy" in told


def test_a_password_that_does_not_count_opens_no_address() -> None:
    assert not settings(auth="none", password="eight or more").needs_login
    assert settings(password="eight or more").needs_login
    assert settings(auth="password", password="eight or more").needs_login
    assert not settings().needs_login


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"auth": "password"}, "needs a STOCKAPP_PASSWORD"),
        ({"auth": "maybe"}, "auto"),
        ({"password": "seven77"}, "fewer than 8 characters"),
        ({"password": "$argon2id$v=19=65536"}, "single quotes"),
        ({"trusted_proxies": "10.0.0.0/8, proxy"}, "names proxy"),
        ({"trusted_proxies": "10.0.0.1/8"}, "names 10.0.0.1/8"),
    ],
)
def test_settings_that_make_no_sense_are_refused(values: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings(**values)


def test_a_password_that_is_refused_is_not_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STOCKAPP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("STOCKAPP_PASSWORD", "hush-77")
    with pytest.raises(SystemExit, match="fewer than 8 characters") as told:
        read_settings()
    assert "hush" not in str(told.value)


def test_the_password_may_be_in_a_file_and_is_a_secret_but_not_one_of_sources(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("regularMarketPrice\n")
    monkeypatch.setenv("STOCKAPP_PASSWORD_FILE", str(tmp_path / "password"))
    found = Settings(_env_file=None)
    assert found.password.get_secret_value() == "regularMarketPrice"
    assert "regularMarketPrice" in list(found.secrets())
    # Else a quote would lose its price.
    assert list(found.sent_secrets()) == []
    assert "regular" not in repr(found) + found.model_dump_json()


Conf = Callable[..., dict[str, Any]]


@pytest.fixture
def conf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Conf:
    """What gunicorn is told, by these variables."""

    # It is set for the whole process, and must go with the folder.
    monkeypatch.setenv(metrics_folder.VARIABLE, "")

    def read(**variables: str) -> dict[str, Any]:
        for name, value in {"STOCKAPP_DATA_DIR": str(tmp_path), **variables}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "gunicorn.conf.py"))

    return read


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket that others can reach."""
    with socket.socket() as one:
        one.bind(("0.0.0.0", 0))
        yield one


def test_a_reload_that_finds_no_password_any_more_stops_the_server(
    conf: Conf, listener: socket.socket
) -> None:
    server = SimpleNamespace(LISTENERS=[listener])
    with pytest.raises(HaltServer, match="without a password"):
        conf()["on_reload"](server)


def test_a_worker_that_finds_no_password_any_more_does_not_begin_and_stops_the_server(
    conf: Conf, listener: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    house = SimpleNamespace(settings=settings())
    app = SimpleNamespace(extensions={"stockapp": house})
    with pytest.raises(SystemExit) as told:
        conf(STOCKAPP_PASSWORD="eight or more")["post_worker_init"](
            SimpleNamespace(wsgi=app, sockets=[listener])
        )
    assert told.value.code == Arbiter.WORKER_BOOT_ERROR
    assert "without a password" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "bind"),
    [
        ("127.0.0.1", "127.0.0.1:8123"),
        ("::1", "[::1]:8123"),
        ("[::1]", "[::1]:8123"),
        ("unix:/run/stockapp.sock", "unix:/run/stockapp.sock"),
    ],
)
def test_the_host_may_be_of_any_kind(conf: Conf, host: str, bind: str) -> None:
    assert conf(HOST=host, PORT="8123")["bind"] == bind
