"""compose.yaml and what belongs to it: what can be looked at without an engine, and its Caddy."""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import yaml
from playwright.sync_api import Page, expect

from scripts import compose_secrets
from stockapp.command.main import main
from stockapp.settings import Settings
from stockapp.settings.files import environment_name
from tests import nodes
from tests.distributed.commands import Running
from tests.e2e.server import ROOT, Server, eventually
from tests.e2e.shelf import row
from tests.free_port import free_port
from tests.web.streams import messages

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"] == "stockapp"}
CADDYFILE = ROOT / "deploy/compose/Caddyfile"


def test_there_is_one_of_everything_that_a_node_needs() -> None:
    commands = sorted(" ".join(one.get("command", ["serve"])) for one in OURS.values())
    assert commands == ["beat", "serve", "serve", "worker", "worker", "worker --cpu"]
    for words in commands:
        assert words.split()[0] in main.commands


def test_every_setting_and_file_that_it_names_is_there() -> None:
    known = {environment_name(name, field) for name, field in Settings.model_fields.items()}
    for name, one in OURS.items():
        given = set(one["environment"])
        assert given - known == set(), name
        assert ROOT.joinpath(one["build"]["dockerfile"]).is_file()
    mounted = [v.split(":")[0] for one in SERVICES.values() for v in one.get("volumes", ())]
    for place in mounted:
        if place.startswith("."):
            assert ROOT.joinpath(place).is_file(), place
        else:
            assert place in COMPOSE["volumes"]


def test_what_services_refer_to_is_defined() -> None:
    for name, one in SERVICES.items():
        assert set(one.get("networks", ())) <= set(COMPOSE["networks"]), name
        assert set(one.get("secrets", ())) <= set(COMPOSE["secrets"]), name
        assert set(one.get("depends_on", ())) <= set(SERVICES), name
        for value in one.get("environment", {}).values():
            if found := re.fullmatch(r"/run/secrets/(\w+)", str(value)):
                assert found[1] in one["secrets"], name


def test_servers_are_reached_by_nodes_alone_and_caddy_by_people() -> None:
    assert COMPOSE["networks"]["servers"]["internal"] is True
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["caddy"]
    assert all(SERVICES[name]["networks"] == ["servers"] for name in ("redis", "postgres"))
    subnet = COMPOSE["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert SERVICES["web-1"]["environment"]["STOCKAPP_TRUSTED_PROXIES"] == subnet


def test_secrets_are_made_once_and_are_what_the_settings_take(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    compose_secrets.main(folder)
    made = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(made) == set(COMPOSE["secrets"])
    assert {one["file"] for one in COMPOSE["secrets"].values()} == {f"./secrets/{n}" for n in made}
    files = {
        name: folder / name.removesuffix("_file")
        for name in ("redis_url_file", "database_url_file", "password_file")
    }
    settings = Settings(_env_file=None, **files)  # type: ignore[arg-type]
    assert settings.distributed and settings.needs_login
    for url, service in ((settings.redis_url, "redis"), (settings.database_url, "postgres")):
        assert urlsplit(url.get_secret_value()).hostname == service
        assert urlsplit(url.get_secret_value()).password == made[f"{service}_password"]
    assert folder.stat().st_mode & 0o77 == 0
    compose_secrets.main(folder)
    assert {path.name: path.read_text() for path in folder.iterdir()} == made


class Nodes:
    """Two web nodes behind Caddy as compose.yaml has it, with one worker; `url` is Caddy's."""

    def __init__(self, servers: list[Server], url: str) -> None:
        self.servers = servers
        self.url = url

    def all_work(self) -> bool:
        """Whether both nodes answer and know of each other and of the worker."""
        return all(len(node.workers()) >= 3 for node in self.servers)

    def that_streams(self) -> Server | None:
        """The node that has a stream open."""
        told = self.servers[0].workers()
        streaming = {one["pid"] for one in told if one["open_streams"]}
        return next((one for one in self.servers if streaming & set(one.worker_pids())), None)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    if not shutil.which("caddy"):
        pytest.skip("no caddy found: apt-get install caddy")
    folder: Path = tmp_path_factory.mktemp("compose")
    settings: dict[str, Any] = {
        **nodes.settings_of_a_new_installation(),
        "STOCKAPP_SIMULATED_LATENCY_MS": "4000",
        "STOCKAPP_ALLOWED_HOSTS": "localhost",
        "STOCKAPP_TRUSTED_PROXIES": "127.0.0.1",
        "STOCKAPP_AUTH": "none",
        "STOCKAPP_SAMPLE": "simulated",
    }
    with contextlib.ExitStack() as stack:
        worker = Running(folder, settings, "worker")
        stack.callback(worker.stop)
        servers = []
        for name in ("one", "two"):
            node = Server(folder / name, WEB_CONCURRENCY=1, **settings)
            stack.callback(node.stop)
            node.launch()
            servers.append(node)
        made = Nodes(servers, stack.enter_context(caddy(folder, servers)))
        assert eventually(made.all_work, 60), worker.log()
        yield made


@pytest.fixture
def behind_caddy(installation: Nodes) -> Iterator[Nodes]:
    """The same, with both nodes there again after a test that killed one."""
    yield installation
    for node in installation.servers:
        if not node.runs:
            node.launch()
    assert eventually(installation.all_work, 60)


@contextlib.contextmanager
def caddy(folder: Path, servers: list[Server]) -> Iterator[str]:
    """Caddy on a port of its own; its address."""
    port = free_port()
    configuration = folder / "Caddyfile"
    site = CADDYFILE.read_text().replace("\n:8080 {", f"\nhttp://localhost:{port} {{")
    configuration.write_text(f"{{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}}\n{site}")
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "STOCKAPP_NODES": " ".join(f"127.0.0.1:{server.port}" for server in servers),
    }
    what = ["--adapter", "caddyfile", "--config", str(configuration)]
    with (folder / "caddy.log").open("wb") as log:
        process = subprocess.Popen(["caddy", "run", *what], env=environment, stdout=log, stderr=log)
    url = f"http://localhost:{port}"
    try:
        assert eventually(lambda: answers(url)), (folder / "caddy.log").read_text()
        yield url
    finally:
        process.terminate()
        process.wait(30)


def answers(url: str) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(f"{url}/healthz", timeout=5).ok
    return False


@pytest.mark.browser
def test_a_page_in_a_browser_goes_on_when_its_node_ends(
    behind_caddy: Nodes, window: Callable[..., Page]
) -> None:
    page = window(f"{behind_caddy.url}/?columns=price.note", refused=True)
    rows = page.locator("#rows .row")
    expect(rows).to_have_count(12)
    assert eventually(lambda: behind_caddy.that_streams() is not None)
    dying = behind_caddy.that_streams()
    assert dying is not None
    other = next(node for node in behind_caddy.servers if node is not dying)
    hears(page, other, "before its node ends")
    page.evaluate("window.stayed = true")
    dying.kill()
    # Written while the page hears nobody.
    hears(page, other, "after its node has ended")
    expect(page.locator("#connection")).to_be_hidden()
    expect(rows).to_have_count(12)
    assert page.evaluate("window.stayed")


def hears(page: Page, node: Server, note: str) -> None:
    """What is written at a node comes to the page."""
    assert node.patch("/api/watchlist/LARK.SIM", json={"note": note}).status_code == 200
    expect(row(page, "LARK.SIM").locator("td.note")).to_have_text(note)


def test_what_is_too_large_is_refused_with_a_word(behind_caddy: Nodes) -> None:
    for _ in range(20):
        answer = requests.post(
            f"{behind_caddy.url}/api/watchlist/import", data=b"x" * 2_000_000, timeout=40
        )
        assert (answer.status_code, "larger than this server" in answer.text) == (413, True)


def test_a_stream_goes_on_where_it_was_when_its_node_ends(behind_caddy: Nodes) -> None:
    url = behind_caddy.url
    symbols = [f"T{number}.SIM" for number in range(60)]
    started = requests.post(
        f"{url}/api/watchlist/live-prices-async?symbols={','.join(symbols)}&force=true", timeout=40
    ).json()
    path = f"{url}/api/tasks/{started['task_id']}/events"
    seen: list[int] = []
    items: list[str] = []
    last: int | None = None
    streams, ended = 0, False
    while not ended:
        headers = {"Last-Event-ID": str(last)} if last else {}
        streams += 1
        answer = requests.get(path, headers=headers, stream=True, timeout=40)
        assert answer.status_code == 200, answer.text
        with answer, contextlib.suppress(requests.RequestException):
            for message in messages(answer.iter_content(None)):
                last = message.id or last
                ended = message.event == "completed"
                if message.event == "item" and message.json["state"] not in ("queued", "running"):
                    items.append(message.json["key"])
                if message.event == "snapshot" or not last:
                    continue
                seen.append(last)
                if streams == 1 and len(seen) == 1:
                    assert eventually(lambda: behind_caddy.that_streams() is not None)
                    killed = behind_caddy.that_streams()
                    assert killed is not None
                    killed.kill()
    assert streams > 1
    assert seen == sorted(set(seen))
    assert sorted(items) == sorted(symbols)
