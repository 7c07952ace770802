"""What cannot start says in one sentence why, and does not show its passwords."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from tests import nodes
from tests.e2e.server import ROOT
from tests.free_port import free_port

from .commands import environment_of, stockapp

GUNICORN = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
WAYS = {
    "gunicorn": GUNICORN,
    "serve": stockapp("serve"),
    "worker": stockapp("worker"),
    "cpu": stockapp("worker", "--cpu"),
    "beat": stockapp("beat"),
    "command": stockapp("status"),
    "flask": [sys.executable, "-m", "flask", "--app", "app", "tasks", "list"],
}
HUSH = "hush-word"


def start(
    way: str, folder: Path, redis: str, database: str, **more: str
) -> "subprocess.CompletedProcess[str]":
    settings = {"STOCKAPP_REDIS_URL": redis, "STOCKAPP_DATABASE_URL": database, **more}
    environment = environment_of(folder, settings)
    environment["PYTHONPATH"] = os.pathsep.join(
        [*([more["PYTHONPATH"]] if "PYTHONPATH" in more else []), str(ROOT)]
    )
    return subprocess.run(
        WAYS[way],
        cwd=ROOT,
        env={**environment, "PORT": str(free_port()), "WEB_CONCURRENCY": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def assert_one_sentence(told: "subprocess.CompletedProcess[str]", words: str) -> None:
    # gunicorn says besides that it starts.
    lines = [line for line in told.stderr.splitlines() if "[INFO] Starting gunicorn" not in line]
    assert told.returncode not in (0, None)
    assert len(lines) == 1, told.stderr
    assert words in lines[0]
    assert told.stdout == ""
    assert HUSH not in told.stderr


@pytest.fixture(scope="module")
def redis() -> str:
    return nodes.servers()[0].url


@pytest.fixture(scope="module")
def database() -> str:
    return nodes.servers()[1].make(uuid.uuid4().hex)


@pytest.fixture
def closed() -> str:
    return f"127.0.0.1:{free_port()}"


@pytest.mark.parametrize("way", WAYS)
def test_a_redis_that_is_not_there(way: str, tmp_path: Path, closed: str, database: str) -> None:
    told = start(way, tmp_path, f"redis://:{HUSH}@{closed}/0", database)
    assert_one_sentence(told, "Redis cannot be reached")


@pytest.mark.parametrize("way", ["beat", "command"])
def test_a_postgresql_that_is_not_there(way: str, tmp_path: Path, redis: str, closed: str) -> None:
    told = start(way, tmp_path, redis, f"postgresql://u:{HUSH}@{closed}/x")
    assert_one_sentence(told, "PostgreSQL cannot be reached (Connection refused)")


@pytest.mark.parametrize(
    ("redis_url", "database_url", "words"),
    [
        ("http://:hush-word@h/0", "postgresql://h/x", "STOCKAPP_REDIS_URL is no address"),
        ("redis://h/0", "mysql://u:hush-word@h/x", "STOCKAPP_DATABASE_URL is no address"),
        ("redis://:hush-word@h/0", "", "STOCKAPP_REDIS_URL needs STOCKAPP_DATABASE_URL"),
        ("", "postgresql://u:hush-word@h/x", "STOCKAPP_DATABASE_URL needs STOCKAPP_REDIS_URL"),
        ("redis://:hush-word@h/0?sock=1", "postgresql://h/x", "asks for what is not known"),
        ("redis://u:hush-word@no.invalid/0", "postgresql://h/x", "its name is not found"),
        ("redis://:hush-word@h/lists", "postgresql://h/x", "names a database that is no number"),
        ("redis://:hush-word@h/?db=x", "postgresql://h/x", "names a database that is no number"),
        ("unix:///no/such/socket", "postgresql://h/x", "a file that STOCKAPP_REDIS_URL names"),
    ],
)
def test_an_address_that_cannot_be_meant(
    tmp_path: Path, redis_url: str, database_url: str, words: str
) -> None:
    assert_one_sentence(start("beat", tmp_path, redis_url, database_url), words)


def test_a_database_of_redis_that_there_is_not(tmp_path: Path, redis: str, database: str) -> None:
    told = start("beat", tmp_path, redis.replace("/0", "/99"), database)
    assert_one_sentence(told, "Redis has no database of the number in STOCKAPP_REDIS_URL")


def test_a_user_of_redis_who_may_only_read(tmp_path: Path, redis: str, database: str) -> None:
    with Redis.from_url(redis) as client:
        client.acl_setuser(
            "reader",
            enabled=True,
            passwords=[f"+{HUSH}"],
            keys=["*"],
            categories=["+@read"],
            commands=["+ping", "+info", "+select"],
        )
    told = start("beat", tmp_path, redis.replace("//", f"//reader:{HUSH}@"), database)
    assert_one_sentence(told, "Redis does not permit this to the user of STOCKAPP_REDIS_URL")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("stockapp@", f"guarded:{HUSH}@"), "password authentication failed"),
        (("127.0.0.1", "no.invalid"), "PostgreSQL cannot be reached"),
        (("/postgres", "/not-made"), 'database "not-made" does not exist'),
        (("/postgres", "/%zz"), "STOCKAPP_DATABASE_URL is no address"),
    ],
)
def test_a_database_that_lets_nobody_in(
    tmp_path: Path, redis: str, change: tuple[str, str], words: str
) -> None:
    url = nodes.servers()[1].url().replace(*change)
    assert_one_sentence(start("beat", tmp_path, redis, url), words)


@pytest.mark.parametrize("way", ["gunicorn", "command"])
def test_a_database_of_a_newer_version(way: str, tmp_path: Path, redis: str) -> None:
    url = nodes.servers()[1].make(uuid.uuid4().hex)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE schema_version (version INTEGER NOT NULL)")
        connection.execute("INSERT INTO schema_version (version) VALUES (999)")
    assert_one_sentence(start(way, tmp_path, redis, url), "has version 999")


@pytest.mark.parametrize(
    ("way", "package"),
    [("gunicorn", "redis"), ("worker", "celery"), ("beat", "psycopg"), ("command", "celery")],
)
def test_packages_that_are_not_installed(
    way: str, package: str, tmp_path: Path, redis: str, database: str
) -> None:
    (tmp_path / f"{package}.py").write_text(
        f"raise ModuleNotFoundError('none here', name={package!r})"
    )
    told = start(way, tmp_path, redis, database, PYTHONPATH=str(tmp_path))
    assert_one_sentence(told, f"({package} is missing)")
    assert "requirements-distributed.txt" in told.stderr


@pytest.mark.parametrize("words", [("worker",), ("worker", "--cpu"), ("beat",)])
def test_workers_are_for_several_machines(words: tuple[str, ...], tmp_path: Path) -> None:
    done = subprocess.run(
        stockapp(*words),
        cwd=tmp_path,
        env=environment_of(tmp_path, {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "the server does all tasks itself" in done.stderr
