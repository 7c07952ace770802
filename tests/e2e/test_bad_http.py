"""Requests that are none, against real workers: each is refused, and nothing breaks."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .rude import exchange, post, request, statuses
from .server import Server, serving

SMUGGLED = b"GET /api/tasks?limit=1 HTTP/1.1\r\nHost: smuggled\r\n\r\n"
POST = b"POST /api/watchlist"
CHUNKED = b"Transfer-Encoding: chunked"
JSON = b"Content-Type: application/json"
DEEP = 100_000
# `make soak` looks further, and elsewhere each time.
EXAMPLES = int(os.environ.get("STOCKAPP_FUZZ_EXAMPLES", "50"))
SOAKS = "STOCKAPP_FUZZ_EXAMPLES" in os.environ


@pytest.fixture(scope="module")
def rude_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all that is done to it here; in the end it must be as it was."""
    folder: Path = tmp_path_factory.mktemp("rude")
    with serving(folder, STOCKAPP_SAMPLE="simulated") as server:
        workers = server.worker_pids()
        yield server
        assert server.worker_pids() == workers
        assert server.get("/healthz").status_code == 200
        assert "Traceback" not in server.log()
        assert "request failed" not in server.log()


REFUSED = {
    "garbage": b"\x16\x03\x01\x02\x00\x01\xfc\x03\x03" + bytes(range(256)) * 4,
    "no line": b"\r\n\r\n\r\n",
    "nothing but a word": b"GET\r\n\r\n",
    "http/0.9": b"GET /\r\n\r\n",
    "unknown version": b"GET / HTTP/9.9\r\n" + b"Host: x\r\n\r\n",
    "lower-case version": b"GET / http/1.1\r\nHost: x\r\n\r\n",
    "http/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "long method": b"A" * 5_000 + b" / HTTP/1.1\r\n\r\n",
    "endless line": b"GET /" + b"a" * 200_000,
    "endless header": b"GET / HTTP/1.1\r\nX: " + b"a" * 500_000,
    "large header": request(b"GET /", b"X: " + b"a" * 20_000),
    "many headers": request(b"GET /", *(b"X-%d: y" % n for n in range(5_000))),
    "much in allowed headers": request(
        b"GET /", *(b"X-%d: " % n + b"y" * 8_000 for n in range(90))
    ),
    "nul in a header": request(b"GET /", b"X: a\0b"),
    "nul in a name": request(b"GET /", b"X\0: a"),
    "nul in the line": b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    "blank before the colon": request(b"GET /", b"X : a"),
    "folded header": request(b"GET /", b"X: a", b" b"),
    "bare line feeds": b"GET / HTTP/1.1\nHost: x\n\n",
    "no colon": request(b"GET /", b"nothing"),
    "two lengths": request(POST, b"Content-Length: 5", b"Content-Length: 6", body=b"12345"),
    "negative length": request(POST, b"Content-Length: -5"),
    "length with a sign": request(POST, b"Content-Length: +5", body=b"12345"),
    "length in words": request(POST, b"Content-Length: five"),
    "length and chunks": request(POST, b"Content-Length: 4", CHUNKED, body=b"0\r\n\r\n" + SMUGGLED),
    "chunks twice": request(POST, CHUNKED, b"Transfer-Encoding: identity", body=b"0\r\n\r\n"),
    "chunks by another name": request(
        POST, b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + SMUGGLED
    ),
    "chunks with a tab": request(
        POST, b"Transfer-Encoding:\x0bchunked", body=b"0\r\n\r\n" + SMUGGLED
    ),
    "bad chunk size": request(POST, JSON, CHUNKED, body=b"zz\r\n{}\r\n0\r\n\r\n"),
    "negative chunk size": request(POST, JSON, CHUNKED, body=b"-1\r\n{}\r\n"),
    "huge chunk size": request(POST, JSON, CHUNKED, body=b"F" * 40 + b"\r\n{}"),
    "chunk without end": request(POST, JSON, CHUNKED, body=b"2\r\n{}X" + SMUGGLED),
    "endless chunk extension": request(POST, JSON, CHUNKED, body=b"2;" + b"a" * 100_000),
    "bytes missing": request(POST, JSON, b"Content-Length: 100", body=b'{"symbol": "A"}'),
    "chunks missing": request(POST, JSON, CHUNKED, body=b'5\r\n{"sym'),
    "ten megabytes": post(b'{"symbol": "' + b"a" * 10_000_000 + b'"}'),
    "ten megabytes in chunks": request(
        POST,
        JSON,
        CHUNKED,
        b"Connection: close",
        body=b"989680\r\n" + b"a" * 10_000_000 + b"\r\n0\r\n\r\n",
    ),
    "deep lists": post(b"[" * DEEP + b"]" * DEEP),
    "deep objects": post(b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    "deep value": post(b'{"symbol": ' + b"[" * DEEP + b"]" * DEEP + b"}"),
    "deep weights": post(
        json.dumps({"analysis_weights": '{"a":' * 20_000}).encode(),
        line=b"POST /api/analyze/LARK.SIM/async",
    ),
    "invalid utf-8 in the body": post(b'{"symbol": "\xff\xfe"}'),
    "lone surrogate": post(b'{"symbol": "\\ud800"}'),
    "large number": post(b'{"symbol": "LARK.SIM", "target_price": 1' + b"0" * 5_000 + b"}"),
    "infinity": post(b'{"symbol": "LARK.SIM", "target_price": 1e999}'),
    "not a number": post(b'{"symbol": "LARK.SIM", "target_price": NaN}'),
    "number as a name": post(b'{1: "a"}'),
    "nul symbol": post(b'{"symbol": "\\u0000"}'),
    "text for an object": post(b'"LARK.SIM"'),
    "null": post(b"null"),
    "half a pair of braces": post(b'{"symbol": "LARK.SIM"'),
    "other content type": post(b"<symbol>LARK.SIM</symbol>", b"application/xml"),
    "unknown charset": post(b'{"symbol": 1}', b"application/json; charset=klingon"),
    "nonsense as content type": post(b"{}", b";;;=,,\xff"),
    "multipart without an end": post(b"--x\r\n", b"multipart/form-data; boundary=x"),
    "huge boundary": post(b"--x", b"multipart/form-data; boundary=" + b"x" * 5_000),
    "large limit": request(b"GET /api/tasks?limit=" + b"9" * 4_000, b"Connection: close"),
    "invalid utf-8 in the query": request(b"GET /api/tasks?status=%ff%fe", b"Connection: close"),
    "raw bytes in the query": request(b"GET /api/tasks?status=\xff\xfe", b"Connection: close"),
    "invalid utf-8 in the path": request(b"GET /api/quote/%ff%fe/cached", b"Connection: close"),
    "half an escape": request(b"GET /api/quote/%4/cached", b"Connection: close"),
    "nul in the path": request(b"GET /api/quote/A%00B/cached", b"Connection: close"),
    "dots in the path": request(b"GET /static/../../../etc/passwd", b"Connection: close"),
    "escaped dots": request(b"GET /static/%2e%2e/%2e%2e/wsgi.py", b"Connection: close"),
    "id that is none": request(b"GET /api/tasks/%00%ff/events", b"Connection: close"),
    "event id that is none": request(
        b"GET /stream", b"Last-Event-ID: \xff\xfe" + b"9" * 50, b"Connection: close"
    ),
    "expecting what nobody has": request(b"GET /", b"Expect: everything", b"Connection: close"),
}


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_and_nothing_follows(rude_server: Server, sent: bytes) -> None:
    answers = exchange(rude_server.port, sent)
    codes = statuses(answers)
    # What is no request at all may be left without an answer.
    assert len(codes) <= 1
    assert all(400 <= code < 500 or code == 501 for code in codes)
    assert b"smuggled" not in answers
    assert b'"tasks"' not in answers


BORNE = {
    "a key twice": (post(b'{"symbol": "LARK.SIM", "symbol": "QUIL.SIM"}'), {200, 201}),
    "a small body that nobody reads": (
        request(b"GET /healthz", b"Content-Length: 5", b"Connection: close", body=b"12345"),
        {200},
    ),
    "a space in the length": (
        request(b"GET /healthz", b"Content-Length:   0  ", b"Connection: close"),
        {200},
    ),
    "absolute address": (
        request(b"GET http://stockapp/healthz", b"Connection: close"),
        {200, 400, 404},
    ),
    "http/1.0": (b"GET /healthz HTTP/1.0\r\n\r\n", {200, 400}),
    "odd method": (request(b"BREW /", b"Connection: close"), {403}),
    "chunks one byte each": (
        request(
            POST,
            JSON,
            CHUNKED,
            b"Connection: close",
            body=b"".join(b"1\r\n%c\r\n" % byte for byte in b'{"symbol": "LARK.SIM"}')
            + b"0\r\n\r\n",
        ),
        {200, 201},
    ),
}


@pytest.mark.parametrize(("sent", "expected"), BORNE.values(), ids=BORNE)
def test_what_is_odd_but_clear_is_answered(
    rude_server: Server, sent: bytes, expected: set[int]
) -> None:
    assert set(statuses(exchange(rude_server.port, sent))) <= expected
    assert statuses(exchange(rude_server.port, sent))


def test_a_file_that_was_cut_off_is_not_taken_for_the_whole(rude_server: Server) -> None:
    rude_server.post("/api/watchlists", json={"title": "Cut"})
    rows = b"symbol\nLARK.SIM\nQUIL.SIM\n"
    line = b"POST /api/watchlist/import?watchlist=cut"
    for frame in (b"Content-Length: 1000", CHUNKED):
        body = b"%X\r\n%b\r\n" % (len(rows), rows) if b"chunked" in frame else rows
        answers = exchange(
            rude_server.port, request(line, b"Content-Type: text/csv", frame, body=body)
        )
        assert statuses(answers) in ([400], [])
    assert rude_server.get("/api/watchlist?watchlist=cut").json()["items"] == []


def test_an_oversized_body_is_answered_before_the_connection_ends(rude_server: Server) -> None:
    answers = exchange(rude_server.port, REFUSED["ten megabytes"])
    assert statuses(answers) == [413]
    assert b"larger than this server reads" in answers


@pytest.mark.parametrize("frame", [b"Content-Length: 2000000", CHUNKED])
def test_a_client_whose_body_is_not_read_is_told_that_the_connection_ends(
    rude_server: Server, frame: bytes
) -> None:
    # Else a proxy would send its next request on it.
    body = b"a" * 2_000_000
    sent = b"1e8480\r\n" + body + b"\r\n0\r\n\r\n" if frame == CHUNKED else body
    answers = exchange(rude_server.port, request(POST, JSON, frame, body=sent))
    assert statuses(answers) == [413]
    assert b"Connection: close" in answers


def test_a_small_body_that_nobody_reads_leaves_the_connection_open(rude_server: Server) -> None:
    first = request(b"POST /api/nothing", b"Content-Length: 5000", body=b"x" * 5_000)
    last = request(b"GET /healthz", b"Connection: close")
    answers = exchange(rude_server.port, first + last)
    assert statuses(answers) == [404, 200]
    assert answers.count(b"Connection: close") == 1


def test_requests_that_follow_each_other_closely_are_each_answered(rude_server: Server) -> None:
    many = b"".join(request(b"GET /healthz") for _ in range(30))
    last = request(b"GET /healthz", b"Connection: close")
    assert statuses(exchange(rude_server.port, many + last)) == [200] * 31


_TOKENS = st.sampled_from(
    [
        *(b"GET ", b"POST ", b"/api/watchlist", b"/stream", b" HTTP/1.1", b" HTTP/1.0", b"\r\n"),
        *(b"\r\n\r\n", b"\n", b"Host: x", b"Content-Length: ", CHUNKED),
        *(b"Content-Type: application/json", b"0", b"5", b"-1", b"{}", b'{"symbol":', b"%00"),
        *(b"\0", b"\xff", b": ", b";", b"Expect: 100-continue", b"Upgrade: h2c", b"Connection: "),
    ]
)


@settings(max_examples=EXAMPLES, derandomize=not SOAKS)
@given(st.lists(st.one_of(_TOKENS, st.binary(max_size=8)), max_size=30).map(b"".join))
def test_whatever_is_sent_is_no_error_of_ours(rude_server: Server, sent: bytes) -> None:
    assert all(code < 500 or code == 501 for code in statuses(exchange(rude_server.port, sent)))


@settings(max_examples=EXAMPLES, derandomize=not SOAKS)
@given(
    st.sampled_from([b"GET ", b"POST ", b"DELETE ", b"PATCH "]),
    st.sampled_from(
        [b"/api/tasks", b"/api/watchlist", b"/api/search", b"/api/quote/A/cached", b"/", b"/system"]
    ),
    st.binary(max_size=30),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["symbol", "symbols", "note", "watchlist", "q"]), inner
            )
        ),
        max_leaves=8,
    ),
)
def test_no_query_and_no_body_is_an_error_of_ours(
    rude_server: Server, method: bytes, path: bytes, query: bytes, value: object
) -> None:
    escaped = b"".join(b"%%%02X" % byte for byte in query)
    body = json.dumps(value).encode()
    sent = post(body, line=method + path + b"?" + escaped)
    assert all(code < 500 for code in statuses(exchange(rude_server.port, sent)))
