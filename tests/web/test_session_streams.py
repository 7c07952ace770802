"""A stream ends with the session or the token that it was opened with."""

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from .logins import COOKIE, HASH, bearer, member, secret_of, token, visitor


@pytest.fixture
def app(new_app: Callable[..., Flask]) -> Flask:
    return new_app(password=HASH)


def stream_of(client: FlaskClient, **headers: str) -> Iterator[bytes]:
    """A page's stream that is open."""
    chunks = client.get("/stream", headers=headers).iter_encoded()
    next(chunks)
    return chunks


def ends(chunks: Iterator[bytes]) -> bool:
    """Whether it is over, and not just silent: then this never comes back."""
    with ThreadPoolExecutor(1) as thread:
        return b"" not in thread.submit(list, chunks).result(60)


def test_a_logout_ends_the_streams_of_all_workers_and_no_others(
    app: Flask, new_app: Callable[..., Flask]
) -> None:
    client = member(app)
    elsewhere = visitor(new_app(password=HASH))
    elsewhere.set_cookie(COOKIE, secret_of(client))
    others = stream_of(member(app))
    mine, there = stream_of(client), stream_of(elsewhere)
    client.post("/logout")
    assert ends(mine)
    assert ends(there)
    # Whatever had come before is taken, and it still goes on.
    assert len(list(itertools.islice(others, 6))) == 6


def test_a_revoked_token_ends_the_streams_it_opened(app: Flask) -> None:
    id, secret = token(member(app), "follows", scope="full")
    chunks = stream_of(visitor(app), **bearer(secret))
    member(app).delete(f"/api/tokens/{id}")
    assert ends(chunks)


def test_a_stream_does_not_outlast_the_time_of_its_session(app: Flask, tmp_path: Path) -> None:
    chunks = stream_of(member(app))
    with sqlite3.connect(tmp_path / "stockapp.sqlite3") as database:
        database.execute("UPDATE sessions SET expires_at = 0")
    database.close()
    # Looked after every few seconds; now.
    app.extensions["stockapp"]._background.sessions.nudge()
    assert ends(chunks)


def test_who_has_no_session_gets_no_stream(app: Flask) -> None:
    client = member(app)
    client.post("/logout")
    assert client.get("/stream").status_code == 401
    assert client.get("/changes", headers={"HX-Request": "true"}).status_code == 401
