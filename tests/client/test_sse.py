"""Reading event streams, however their bytes come."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.client.sse import Message, Parser

TEXT = (
    'retry: 1500\n\n: comment\n\nevent: item\nid: 7\ndata: {"é": 1}\n\nid: 8\ndata: a\ndata: b\n\n'
)
TOLD = [Message("item", '{"é": 1}', "7"), Message("message", "a\nb", "8")]


@given(
    st.lists(st.integers(0, len(TEXT.encode())), max_size=12),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_it_does_not_matter_where_the_bytes_are_parted(cuts: list[int], end: str) -> None:
    data = TEXT.replace("\n", end).encode()
    places = [0, *sorted(cuts), len(data)]
    parser = Parser()
    chunks = [data[a:b] for a, b in pairwise(places)]
    # A lone carriage return at the very end may yet be half a line's end.
    assert list(parser.messages([*chunks, b": end\n"])) == TOLD
    assert parser.retry_ms == 1500


def test_a_message_that_is_not_closed_is_none() -> None:
    assert list(Parser().messages([b"id: 1\ndata: whole\n\nid: 2\ndata: half\n"])) == [
        Message("message", "whole", "1")
    ]


@pytest.mark.parametrize("field", ["id: a\0b", "retry: soon", "unknown: x", "data", ": id: 9"])
def test_fields_that_say_nothing_are_passed_over(field: str) -> None:
    parser = Parser()
    (message,) = parser.messages([b"id: 1\n%b\ndata: x\n\n" % field.encode()])
    assert (message.id, message.data.strip()) == ("1", "x")
    assert parser.retry_ms is None
