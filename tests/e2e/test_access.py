"""Access, where it is about processes: what the server refuses to start as, what workers share."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from stockapp.services.login_throttle import FREE_TRIES
from tests.free_port import free_port

from . import locked
from .locked import Locked
from .server import ROOT, eventually

GUNICORN = ("-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app")


@pytest.mark.parametrize(
    ("command", "settings", "words"),
    [
        (("app.py",), {"HOST": "::"}, "on [::]:"),
        ((*GUNICORN, "--bind", "0.0.0.0:{port}"), {}, "on 0.0.0.0:"),
        ((*GUNICORN, "--bind", "unix:{folder}/socket"), {}, "on the Unix socket "),
        (GUNICORN, {"STOCKAPP_TRUSTED_PROXIES": "127.0.0.1"}, "behind a proxy"),
    ],
)
def test_without_a_password_no_server_comes_up_that_others_can_reach(
    tmp_path: Path, command: tuple[str, ...], settings: dict[str, str], words: str
) -> None:
    port = str(free_port())
    environment = {**os.environ, "PORT": port, "STOCKAPP_DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, *(part.format(port=port, folder=tmp_path) for part in command)],
        cwd=ROOT,
        env={**environment, **settings},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 1
    assert words in done.stderr
    assert "Set STOCKAPP_PASSWORD" in done.stderr
    # No worker was there to make it.
    assert not list(tmp_path.rglob("*.sqlite3"))
    assert "Traceback" not in done.stderr


def test_a_socket_that_is_handed_over_is_looked_at_too(tmp_path: Path) -> None:
    """As systemd does it: gunicorn's settings say nothing of where that listens."""
    code = (
        "import os, socket, sys\n"
        "listener = socket.create_server(('0.0.0.0', 0))\n"
        "os.dup2(listener.fileno(), 3)\n"
        "os.set_inheritable(3, True)\n"
        "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')\n"
        "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *GUNICORN],
        cwd=ROOT,
        env={**os.environ, "STOCKAPP_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 1
    assert "without a password" in done.stderr


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    """Two workers; gunicorn itself would believe everybody."""
    folder = tmp_path_factory.mktemp("access")
    settings = {"FORWARDED_ALLOW_IPS": "*", "STOCKAPP_TRUSTED_PROXIES": "127.0.0.1"}
    with locked.serving(folder, **settings) as server:
        yield server


@pytest.fixture
def session(server: Locked) -> dict[str, str]:
    """What a browser sends that has logged in."""
    return server.member()


def asked(server: Locked, headers: dict[str, str], times: int = 20) -> set[int]:
    """How many connections are answered, so that every worker has some."""
    path = f"{server.url}/api/watchlist"
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: requests.get(path, headers=headers, timeout=40), range(times))
        return {answer.status_code for answer in answers}


def test_all_workers_know_a_session_and_forget_it_together(
    server: Locked, session: dict[str, str]
) -> None:
    assert asked(server, session) == {200}
    assert server.log_out(session).status_code == 303
    # Sooner than a worker would look again by itself.
    assert eventually(lambda: asked(server, session) == {401}, 3)


def test_a_revoked_token_is_refused_by_all_workers(server: Locked, session: dict[str, str]) -> None:
    made = server.post("/api/tokens", json={"name": "cron"}, headers=session).json()
    program = {"Authorization": f"Bearer {made['token']}"}
    assert asked(server, program) == {200}
    server.delete(f"/api/tokens/{made['id']}")
    assert eventually(lambda: asked(server, program) == {401}, 3)


def test_a_stream_ends_with_its_session(server: Locked, session: dict[str, str]) -> None:
    with requests.get(f"{server.url}/stream", headers=session, stream=True, timeout=40) as stream:
        chunks = stream.iter_content(None)
        assert b"retry" in next(chunks)
        assert server.log_out(session).status_code == 303
        assert b"never ends" not in b"".join(chunks)


def test_gunicorn_believes_nobody_by_itself(server: Locked) -> None:
    """What it would take from here for https, or for another address of the application."""
    forged = {
        "X-Forwarded-Protocol": "ssl",
        "X-Forwarded-Ssl": "on",
        "SCRIPT_NAME": "/evil",
        "PATH_INFO": "/healthz",
        "REMOTE_USER": "root",
    }
    answer = requests.get(f"{server.url}/tasks", headers=forged, timeout=40, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=%2Ftasks")
    entered = server.form()("/login", forged, password=locked.PASSWORD)
    assert entered.headers["Set-Cookie"].startswith("stockapp_session=")
    assert "Secure" not in entered.headers["Set-Cookie"]


def test_guesses_are_counted_by_all_workers_together_also_at_once(server: Locked) -> None:
    send = server.form()

    def guess(number: int) -> requests.Response:
        # Of these the last counts: the others are the client's own.
        headers = {"X-Forwarded-For": f"192.0.2.{number}, 127.0.0.1, 203.0.113.5"}
        return send("/login", headers, password=f"guess {number}")

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, range(4 * FREE_TRIES)))
    told = [answer.status_code for answer in answers]
    # While they come, a wait of a second or two may pass.
    assert told.count(429) >= 2 * FREE_TRIES
    assert set(told) == {403, 429}
    refused = [answer for answer in answers if answer.status_code == 429]
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)


# The page itself, which is asked for its new token, comes late.
SLOW_PAGE = """() => {
  const asked = window.fetch;
  window.fetch = async (...about) => {
    if (about[0] === location.href) await new Promise((go) => setTimeout(go, 2000));
    return asked(...about);
  };
}"""


@pytest.mark.browser
def test_a_page_whose_session_ended_says_so_keeps_what_is_typed_and_goes_on_after_a_login(
    server: Locked, window: Callable[..., Page]
) -> None:
    page = window(f"{server.url}/", refused=True)
    log_in(page)
    page.locator("#live[data-htmx-powered]").wait_for(state="attached")
    page.get_by_label("Add symbols").fill("LARK.SI")
    cookies = page.context.cookies()
    secret = next(one["value"] for one in cookies if one["name"] == "stockapp_session")
    server.log_out({"Cookie": f"stockapp_session={secret}"})
    expect(page.locator("#logged-out")).to_be_visible()
    page.get_by_role("button", name="Refresh", exact=True).click()
    expect(page.locator("#status")).to_contain_text("so this was not done")
    expect(page.locator("#connection")).to_be_hidden()
    expect(page.get_by_label("Add symbols")).to_have_value("LARK.SI")
    page.evaluate(SLOW_PAGE)
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="Log in again").click()
    other = opening.value
    log_in(other)
    other.close()
    page.bring_to_front()
    expect(page.locator("#logged-out")).to_be_hidden()
    expect(page.get_by_label("Add symbols")).to_have_value("LARK.SI")
    # What was typed can be sent: the page has the token of the new session.
    page.get_by_label("Add symbols").press("End")
    page.keyboard.type("M")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("LARK.SIM was added.")


def log_in(page: Page) -> None:
    page.get_by_label("Password").fill(locked.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()
