"""Scripts and styles are compressed and kept for ever; pages are compressed, JSON is not."""

import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from stockapp.web import assets, packing

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Static files: a style, large enough to be worth compressing."""
    (tmp_path / "static/css").mkdir(parents=True)
    (tmp_path / "static/css/page.css").write_text("p { color: teal }\n" * 100)
    return tmp_path / "static"


def served(folder: Path, *, fresh: bool = False) -> tuple[FlaskClient, str]:
    """A client of an application with these files, and the address of the style."""
    app = Flask("files", static_folder=None)
    assets.register(app, folder, folder.parent / "packed", fresh=fresh)
    asset = app.jinja_env.globals["asset"]
    assert callable(asset)
    return app.test_client(), asset("css/page.css")


def test_a_packed_file_comes_compressed_and_is_kept_for_ever(folder: Path) -> None:
    packing.pack(folder, folder.parent / "packed")
    client, address = served(folder)
    answer = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["Content-Encoding"] == "br"
    assert brotli.decompress(answer.data) == (folder / "css/page.css").read_bytes()
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_files_that_nobody_packed_come_as_they_are(folder: Path) -> None:
    client, address = served(folder)
    answer = client.get(address, headers={"Accept-Encoding": "br"})
    assert answer.data == (folder / "css/page.css").read_bytes()
    assert "immutable" in answer.headers["Cache-Control"]


def test_another_content_has_another_address(folder: Path) -> None:
    _, before = served(folder)
    (folder / "css/page.css").write_text("p { color: navy }")
    _, after = served(folder)
    assert before != after


def test_an_address_from_before_an_update_gives_the_file_as_it_is_now(folder: Path) -> None:
    _, before = served(folder)
    (folder / "css/page.css").write_text("p { color: navy }")
    client, _ = served(folder)
    answer = client.get(before)
    assert answer.text == "p { color: navy }"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_while_files_are_developed_each_use_asks_anew(folder: Path) -> None:
    client, address = served(folder, fresh=True)
    (folder / "css/page.css").write_text("p { color: navy }")
    answer = client.get(address)
    assert answer.text == "p { color: navy }"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_packing_keeps_what_another_server_may_still_serve(folder: Path) -> None:
    place = folder.parent / "packed"
    packing.pack(folder, place)
    before = packing.packed(folder, place)
    (folder / "css/page.css").write_text("p { color: navy }")
    packing.pack(folder, place)
    packing.pack(folder, place)
    after = packing.packed(folder, place)
    assert before and after and {path.name for path in place.iterdir()} == {before.name, after.name}


def test_each_file_that_templates_name_is_there() -> None:
    named = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"asset\('([^']+)'\)", template.read_text())
    }
    assert len(named) > 10
    assert [name for name in named if not (ROOT / "static" / name).is_file()] == []


def test_templates_name_no_file_but_by_asset() -> None:
    for template in (ROOT / "templates").rglob("*.html"):
        assert "/static/" not in template.read_text(), template


@pytest.mark.parametrize("way", ["zstd", "br", "gzip"])
def test_pages_come_compressed(reader: FlaskClient, way: str) -> None:
    answer = reader.get("/", headers={"Accept-Encoding": way})
    assert answer.headers["Content-Encoding"] == way
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert len(answer.data) < len(reader.get("/").data) / 3


def test_json_and_streams_do_not(reader: FlaskClient) -> None:
    headers = {"Accept-Encoding": "zstd, br, gzip"}
    assert "Content-Encoding" not in reader.get("/api/watchlist/cached", headers=headers).headers
    with reader.get("/stream?watchlist=default", headers=headers) as stream:
        assert "Content-Encoding" not in stream.headers


def test_files_keep_the_headers_that_guard_pages(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    asset = app.jinja_env.globals["asset"]
    assert callable(asset)
    answer = app.test_client().get(asset("js/live.js"))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in answer.headers
