"""Streams are counted, and leave nothing behind."""

from collections.abc import Iterator

import pytest
from flask import Flask, Response

from stockapp.tasks.mailbox import Mailbox
from stockapp.web.errors import Problem
from stockapp.web.stream_gate import StreamGate
from stockapp.web.wire import Wire


class Feed:
    """Hands out mailboxes, and knows which were not given back."""

    def __init__(self) -> None:
        self.mailboxes: list[Mailbox[str]] = []

    def subscribe(self) -> Mailbox[str]:
        self.mailboxes.append(Mailbox())
        return self.mailboxes[-1]

    def messages(self, mailbox: Mailbox[str], wire: Wire) -> Iterator[bytes]:
        del wire
        while entry := mailbox.get(1):
            yield entry.encode()

    def open(self, gate: StreamGate) -> Response:
        with Flask("test").test_request_context():
            return gate.response(self.subscribe, self.mailboxes.remove, self.messages)


def test_a_stream_that_is_never_read_is_given_back() -> None:
    gate, feed = StreamGate(10), Feed()
    response = feed.open(gate)
    assert (int(gate), len(feed.mailboxes)) == (1, 1)
    response.close()
    assert (int(gate), len(feed.mailboxes)) == (0, 0)


def test_a_stream_that_was_read_is_given_back() -> None:
    gate, feed = StreamGate(10), Feed()
    response = feed.open(gate)
    feed.mailboxes[0].put("news")
    chunks = response.iter_encoded()
    assert next(chunks) == b"retry: 1000\n\n"
    assert next(chunks) == b"news"
    response.close()
    assert (int(gate), len(feed.mailboxes)) == (0, 0)


def test_one_too_many_is_refused_before_anything_is_done_for_it() -> None:
    gate, feed = StreamGate(1), Feed()
    feed.open(gate)
    with pytest.raises(Problem) as refused:
        feed.open(gate)
    assert refused.value.status == 503
    assert "Retry-After" in refused.value.headers
    assert (int(gate), len(feed.mailboxes)) == (1, 1)
