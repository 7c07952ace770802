"""The bytes of an entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.caching.entry_format import (
    NEVER,
    Damaged,
    Times,
    decode,
    encode,
    examine,
    times,
    to_json,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
WHEN = Times(1_700_000_000_000_000, 1_700_000_900_000_000, NEVER)
ENTRY = encode(b"quote:A", b'{"price":1.5}', WHEN)


@given(key=st.text(), value=JSON)
def test_what_is_encoded_is_decoded(key, value):
    stored = decode(encode(key.encode(), to_json(value), WHEN), key.encode())
    assert (stored.value, stored.times) == (value, WHEN)


@given(data=st.data())
def test_any_other_bytes_are_damaged(data):
    position = data.draw(st.integers(0, len(ENTRY) - 1))
    changed = bytearray(ENTRY)
    changed[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Damaged):
        decode(bytes(changed), b"quote:A")


@given(content=st.binary())
def test_bytes_from_elsewhere_are_damaged(content):
    with pytest.raises(Damaged):
        examine(content)


@pytest.mark.parametrize("length", range(len(ENTRY)))
def test_a_cut_entry_is_damaged(length):
    with pytest.raises(Damaged):
        decode(ENTRY[:length], b"quote:A")


def test_a_longer_entry_is_damaged():
    with pytest.raises(Damaged):
        decode(ENTRY + b" ", b"quote:A")


def test_an_entry_of_another_key_is_damaged():
    with pytest.raises(Damaged, match="another key"):
        decode(ENTRY, b"quote:B")


def test_an_older_format_is_damaged():
    with pytest.raises(Damaged, match="format"):
        decode(ENTRY.replace(b"SACE\x01", b"SACE\x00"), b"quote:A")


def test_whole_bytes_that_hold_no_json_are_damaged():
    with pytest.raises(Damaged, match="JSON"):
        decode(encode(b"quote:A", b"\x80\x04N.", WHEN), b"quote:A")


@pytest.mark.parametrize("keep", [float("inf"), 1e300, 2.0**62])
def test_what_is_kept_for_ever_never_expires(keep):
    when = times(1.7e9, 10, keep)
    assert when.expires_at == NEVER
    assert not when.expired(1e12)


def test_an_entry_expires_when_its_time_is_over():
    when = times(1.7e9, 10, 100)
    assert (when.fresh_until - when.stored_at, when.expires_at - when.stored_at) == (10**7, 10**8)
    assert not when.expired(1.7e9 + 99.9)
    assert when.expired(1.7e9 + 100)
