"""What is sent is read as far as it is reasonable, and no further."""

import gzip
import io

import pytest
from flask.testing import FlaskClient

from stockapp.web.bodies import MOST_FIELDS

from .lists import AList

LIMIT = 1_000_000


def test_a_form_larger_than_the_limit_is_refused(reader: FlaskClient) -> None:
    answer = reader.post("/lists/default/import", data={"text": "x" * (LIMIT + 1)})
    assert answer.status_code == 413
    file = {"file": (io.BytesIO(b"x" * (LIMIT + 1)), "list.csv")}
    answer = reader.post("/lists/default/import", data=file)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/watchlist", "application/json"),
        ("/lists/default/import", "application/x-www-form-urlencoded"),
        ("/lists/default/import", "multipart/form-data; boundary=x"),
    ],
)
def test_so_is_one_that_does_not_say_how_large_it_is(
    reader: FlaskClient, path: str, kind: str
) -> None:
    # Transfer-Encoding: chunked, for ever
    answer = reader.post(
        path,
        input_stream=io.BytesIO(b"x=" + b"y" * (LIMIT + 1)),
        content_type=kind,
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert answer.status_code == 413


def test_a_form_of_very_many_fields_is_not_even_parted(reader: FlaskClient) -> None:
    # Half a million of "a=&" would hold up everybody while they are parted.
    kind = "application/x-www-form-urlencoded"
    answer = reader.post("/lists/default/picked", data="a=&" * MOST_FIELDS, content_type=kind)
    assert answer.status_code == 413
    assert "at most 10,000 fields" in answer.text
    fits = reader.post("/lists/default/picked", data="a=&" * 100, content_type=kind)
    assert fits.status_code == 422


def test_a_form_of_very_many_parts_is_refused(reader: FlaskClient) -> None:
    parts = {f"part{number}": "x" for number in range(1_500)}
    answer = reader.post("/lists/default/import", data=parts, content_type="multipart/form-data")
    assert answer.status_code == 413


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "GZIP", "identity, gzip"])
@pytest.mark.parametrize("path", ["/api/watchlist", "/lists/default/import"])
def test_nothing_is_unpacked(reader: FlaskClient, path: str, coding: str) -> None:
    # 10 MB of blanks are 10 kB by gzip.
    bomb = gzip.compress(b" " * 10_000_000)
    answer = reader.post(path, data=bomb, headers={"Content-Encoding": coding})
    assert answer.status_code == 415
    assert answer.headers["Accept-Encoding"] == "identity"


def test_json_may_be_nested_only_so_deep(reader: FlaskClient) -> None:
    for body in ("[" * 100_000, '{"a":' * 100_000):
        answer = reader.post("/api/watchlist", data=body, content_type="application/json")
        assert answer.status_code == 400
        assert answer.get_json()["code"] == "bad_request"


def test_a_file_has_only_so_many_rows(a_list: AList) -> None:
    file = "symbol\n" + "".join(f"R{number}.SIM\n" for number in range(50_000))
    path = f"/api/watchlist/import?preview=true&watchlist={a_list.name}"
    told = a_list.client.post(path, data=file, content_type="text/csv").get_json()
    assert told["total"] == 50_000
    assert len(told["rows"]) == 1_000
    assert "only the first 1,000 are taken" in told["warnings"][0]


def test_a_file_with_one_endless_cell_is_no_csv(a_list: AList) -> None:
    path = f"/api/watchlist/import?preview=true&watchlist={a_list.name}"
    file = 'symbol,note\nLARK.SIM,"' + "x" * 900_000
    answer = a_list.client.post(path, data=file, content_type="text/csv")
    assert answer.status_code == 422


SYMBOLS = ("A" * 5_000, "%00", "..%2f..%2fetc%2fpasswd", "%F0%9F%92%A9", "A%0d%0aSet-Cookie:x=1")


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize(
    "path",
    ["/stocks/{}", "/api/quote/{}/cached", "/lists/default/items/{}", "/lists/{}", "/tasks/{}"],
)
def test_what_can_be_no_name_is_refused_and_changes_no_header(
    reader: FlaskClient, path: str, symbol: str
) -> None:
    answer = reader.get(path.format(symbol), headers={"Accept": "text/html"})
    assert answer.status_code in (400, 404, 422)
    assert "x=1" not in str(answer.headers)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../wsgi.py",
        "/static/..%2fwsgi.py",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/static/..%5cwsgi.py",
        "/static/js/..%2f..%2f..%2fwsgi.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/000000000000/..%2f..%2fwsgi.py",
        "/static/js/live.js%00.css",
        "/static/%00",
        "/static/js",
        "/static/",
        "/static/" + "a" * 5_000,
    ],
)
def test_nothing_but_static_files_is_served(reader: FlaskClient, path: str) -> None:
    answer = reader.get(path, follow_redirects=True)
    assert answer.status_code == 404
    assert "root:" not in answer.text
    assert "monkey" not in answer.text


def test_a_download_is_named_without_what_was_typed(a_list: AList) -> None:
    title = 'x"\r\nSet-Cookie: a=1; filename="evil.exe'
    made = a_list.client.post("/api/watchlists", json={"title": title})
    name = made.get_json()["name"] if made.status_code == 201 else a_list.name
    answer = a_list.client.get(f"/api/watchlist?format=csv&watchlist={name}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="watchlist-{name}.csv"'
    assert "Set-Cookie" not in answer.headers
    a_list.client.delete(f"/api/watchlists/{name}")
