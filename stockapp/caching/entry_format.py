"""The bytes of one cached entry: a checked header, its key, and its value as JSON.

Little-endian: magic, format version, CRC-32 of all that follows it, length of the key, length of
the value, and three instants in microseconds since 1970: stored, fresh until, expires.
"""

import math
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

VERSION = 1
NEVER = 2**62

_MAGIC = b"SACE"
_OPENING = struct.Struct("<4sHI")
_FIELDS = struct.Struct("<IIqqq")
_HEADER_SIZE = _OPENING.size + _FIELDS.size
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


class Damaged(ValueError):
    """The bytes are not a whole entry of this format and key."""


@dataclass(frozen=True, slots=True)
class Times:
    """When an entry was stored, is fresh until, and expires: microseconds since 1970."""

    stored_at: int
    fresh_until: int
    expires_at: int

    def expired(self, now: float) -> bool:
        """Whether it has expired, `now` being seconds since 1970."""
        return self.expires_at <= now * 1e6


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as it was read. `size`: the bytes it takes."""

    value: Any
    times: Times
    size: int


def times(stored_at: float, fresh_seconds: float, keep_seconds: float) -> Times:
    """The instants of an entry stored at `stored_at` (seconds since 1970)."""
    at = round(stored_at * 1e6)
    return Times(at, _after(at, fresh_seconds), _after(at, keep_seconds))


def to_json(value: Any) -> bytes:
    """The value as JSON; what is not finite becomes null. Raises TypeError for what is no JSON."""
    return orjson.dumps(value, default=_plain, option=_OPTIONS)


def encode(key: bytes, value: bytes, when: Times) -> bytes:
    """The bytes of an entry; `value` is JSON."""
    fields = _FIELDS.pack(len(key), len(value), when.stored_at, when.fresh_until, when.expires_at)
    rest = b"".join((fields, key, value))
    return _OPENING.pack(_MAGIC, VERSION, zlib.crc32(rest)) + rest


def decode(data: bytes, key: bytes) -> Stored:
    """The entry in the bytes. Raises Damaged, also when it is whole but of another key."""
    found, when, value = _parts(data)
    if found != key:
        raise Damaged("the entry is of another key")
    try:
        return Stored(orjson.loads(value), when, len(data))
    except orjson.JSONDecodeError as error:
        raise Damaged("the value is not JSON") from error


def is_entry(data: bytes) -> bool:
    """Whether the bytes begin as an entry does, and JSON never."""
    return data.startswith(_MAGIC)


def value_of(data: bytes) -> Any:
    """The value of whatever entry the bytes hold. Raises Damaged."""
    try:
        return orjson.loads(_parts(data)[2])
    except orjson.JSONDecodeError as error:
        raise Damaged("the value is not JSON") from error


def examine(data: bytes) -> tuple[str, Times]:
    """The key and the times of whatever entry the bytes hold. Raises Damaged."""
    key, when, _ = _parts(data)
    try:
        return key.decode(), when
    except UnicodeDecodeError as error:
        raise Damaged("the key is not text") from error


def _parts(data: bytes) -> tuple[bytes, Times, bytes]:
    try:
        magic, version, checksum = _OPENING.unpack_from(data)
        key_size, value_size, *instants = _FIELDS.unpack_from(data, _OPENING.size)
    except struct.error as error:
        raise Damaged("too short for a header") from error
    if magic != _MAGIC or version != VERSION:
        raise Damaged("not an entry of this format")
    if len(data) != _HEADER_SIZE + key_size + value_size:
        raise Damaged("not as long as its header says")
    if zlib.crc32(memoryview(data)[_OPENING.size :]) != checksum:
        raise Damaged("the checksum is wrong")
    middle = _HEADER_SIZE + key_size
    return data[_HEADER_SIZE:middle], Times(*instants), data[middle:]


def _after(at: int, seconds: float) -> int:
    if not math.isfinite(seconds) or seconds * 1e6 > NEVER - at:
        return NEVER
    return at + round(seconds * 1e6)


def _plain(value: object) -> dict[Any, Any]:
    # orjson knows dict only, while the domain speaks of any Mapping.
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
