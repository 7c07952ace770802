"""`pip install`, then `stockapp`: from any folder, without the sources, writing only data."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from selectolax.lexbor import LexborHTMLParser

from tests.deploy.installing import Installed, install
from tests.e2e.server import ROOT

# Building and installing take their time on a busy machine.
pytestmark = [pytest.mark.installed, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    folder = tmp_path_factory.mktemp("installed")
    yield install(folder)
    subprocess.run(["chmod", "-R", "u+w", str(folder)], check=True)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def url(installed: Installed) -> Iterator[str]:
    with installed.serving("serve", "--workers", "2") as (_, url):
        yield url


def files_of(page: str) -> set[str]:
    """The addresses of what a browser loads for a page."""
    tree = LexborHTMLParser(page)
    loaded = [node.attributes["src"] for node in tree.css("script[src], img[src]")]
    linked = [node.attributes["href"] for node in tree.css("link[href]")]
    return {address for address in loaded + linked if address}


def test_its_pages_come_with_all_their_files_and_from_no_other_host(url: str) -> None:
    addresses: set[str] = set()
    for path in ("/", "/stocks/LARK.SIM", "/tasks", "/system"):
        page = requests.get(url + path, timeout=40)
        assert page.status_code == 200, path
        addresses |= files_of(page.text)
    assert len(addresses) > 15
    assert [address for address in addresses if not address.startswith("/static/")] == []
    for address in addresses:
        answer = requests.get(url + address, timeout=40)
        assert answer.status_code == 200, address
        assert not re.search(rb"""url\(["']?(https?:)?//""", answer.content), address


def test_scripts_and_styles_come_compressed_and_are_kept_for_ever(url: str) -> None:
    files = files_of(requests.get(url, timeout=40).text)
    packed = [name for name in files if name.endswith((".js", ".css"))]
    assert packed
    for name in packed:
        answer = requests.get(url + name, headers={"Accept-Encoding": "br"}, timeout=40)
        assert answer.headers["Content-Encoding"] == "br", name
        assert "immutable" in answer.headers["Cache-Control"], name


def test_it_refreshes_prices(url: str) -> None:
    answer = requests.post(
        f"{url}/api/watchlist/live-prices-async?symbols=LARK.SIM&force=true",
        headers={"Prefer": "wait=20"},
        timeout=40,
    )
    assert answer.status_code == 200
    assert answer.json()["result"]["live_prices"]["LARK.SIM"]["success"] is True


def test_its_data_is_where_a_users_data_belongs_and_nowhere_else(
    installed: Installed, url: str
) -> None:
    assert requests.get(url, timeout=40).ok
    assert (installed.home / ".local/share/stockapp/stockapp.sqlite3").is_file()
    assert list(installed.here.iterdir()) == []


def test_other_words_are_commands_on_the_same_data(installed: Installed, url: str) -> None:
    assert requests.get(url, timeout=40).ok
    told = installed.run("doctor", "--offline")
    assert told.returncode == 0, told.stdout + told.stderr
    assert ".local/share/stockapp" in told.stdout


def test_it_tells_its_version_and_refuses_what_it_does_not_know(installed: Installed) -> None:
    assert re.search(r"\d+\.\d+\.\d+", installed.run("--version").stdout)
    unknown = installed.run("nonsense")
    assert unknown.returncode == 2
    assert "No such command 'nonsense'" in unknown.stderr


def test_without_a_word_it_serves_where_it_is_told_to_and_stops_when_told(
    installed: Installed, tmp_path: Path
) -> None:
    data = tmp_path / "elsewhere"
    words = ("--workers", "1", "--data-dir", str(data))
    with (
        installed.serving(*words) as (process, url),
        requests.get(f"{url}/stream?watchlist=default", stream=True, timeout=40) as stream,
    ):
        assert stream.status_code == 200
        process.terminate()
        assert process.wait(60) == 0
    assert (data / "stockapp.sqlite3").is_file()


def test_a_module_in_the_folder_where_it_is_started_is_not_run(installed: Installed) -> None:
    traps = [installed.here / name for name in ("gunicorn.py", "flask.py", "orjson.py")]
    try:
        for trap in traps:
            trap.write_text("raise SystemExit('run from the current folder')\n")
        with installed.serving("--workers", "1") as (_, url):
            assert requests.get(f"{url}/healthz", timeout=40).ok
    finally:
        for trap in traps:
            trap.unlink()


def test_it_brings_what_several_machines_need_where_that_is_asked_for(
    installed: Installed,
) -> None:
    (packages,) = installed.environment.glob("lib/python*/site-packages")
    (metadata,) = packages.glob("stockapp-*.dist-info/METADATA")
    wanted = re.findall(r"^Requires-Dist: (\w+).*extra == '(\w+)'", metadata.read_text(), re.M)
    assert {("celery", "distributed"), ("psycopg", "distributed"), ("redis", "redis")} <= {*wanted}
    scripts = "stockapp/backends/distributed/lua"
    carried = {path.name for path in packages.joinpath(scripts).iterdir()}
    assert carried >= {path.name for path in ROOT.joinpath(scripts).glob("*.lua")}
    told = installed.run("worker", "--help")
    assert told.returncode == 0, told.stderr
