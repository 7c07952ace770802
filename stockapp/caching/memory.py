"""The entries that one worker used a moment ago, read-only and under a byte limit."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stockapp.caching.entry_format import Stored
from stockapp.caching.frozen import frozen
from stockapp.domain.freshness import Lifetime

# What another worker writes is seen after this at the latest.
TRUST_SECONDS = 1.0
# What a slot takes besides its value.
_OVERHEAD = 200
_NEVER = float("-inf")
# One entry must not push out most others.
_LARGEST_SHARE = 8


@dataclass(frozen=True, slots=True)
class Held:
    """An entry with its value frozen, and what was made of it. `stored_at`: seconds since 1970."""

    stored: Stored
    stored_at: float
    lifetime: Lifetime
    derived: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(slots=True)
class _Slot:
    """`held` is None for a miss; `ready` is False while it is being looked up, and `held` is what
    was known before.

    `unsaved`: the store did not take it, so that it lives here alone.
    """

    held: Held | None
    checked_at: float
    size: int
    ready: bool = True
    unsaved: bool = False


class Memory:
    """Misses are remembered too. Safe between threads; not for native ones under gevent."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.bytes = 0
        self._lock = threading.Lock()
        self._slots: OrderedDict[str, _Slot] = OrderedDict()

    def __len__(self) -> int:
        return len(self._slots)

    def find(self, keys: Sequence[str], now: float) -> tuple[dict[str, Held | None], list[str]]:
        """What is known, None for a miss, and the keys that must be looked up.

        `now` is on a monotonic clock.
        """
        known: dict[str, Held | None] = {}
        unknown = []
        with self._lock:
            for key in keys:
                slot = self._slots.get(key)
                if slot and slot.ready and (now - slot.checked_at < TRUST_SECONDS or slot.unsaved):
                    self._slots.move_to_end(key)
                    known[key] = slot.held
                else:
                    unknown.append(key)
        return known, unknown

    def expect(self, keys: Iterable[str], now: float) -> dict[str, object]:
        """Say that keys are about to be looked up. Returns what `keep` needs.

        Of several who look up the same key at the same time, the first one's finding is kept: if
        each began anew, a key that is asked for without a pause would never be known.
        """
        with self._lock:
            marks = {}
            for key in keys:
                slot = self._slots.get(key)
                if slot is None or slot.ready or now - slot.checked_at >= TRUST_SECONDS:
                    before = (slot.held, slot.size) if slot else (None, _OVERHEAD)
                    marks[key] = _Slot(before[0], now, before[1], ready=False)
                    self._set(key, marks[key])
        return dict(marks)

    def keep(self, found: Mapping[str, Held | None], marks: Mapping[str, object]) -> None:
        """Keep what a look-up gave, but for what changed meanwhile."""
        with self._lock:
            for key, held in found.items():
                slot = self._slots.get(key)
                if slot is None or slot is not marks.get(key):
                    continue
                size = _OVERHEAD + (held.stored.size if held else 0)
                if size > self.limit_bytes / _LARGEST_SHARE:
                    self._drop(key)
                else:
                    self._set(key, _Slot(held, slot.checked_at, size))
            self._shrink()

    def last_known(
        self, marks: Mapping[str, object], keys: Iterable[str]
    ) -> dict[str, Held | None]:
        """What was known before a look-up that came to nothing, however old."""
        found: dict[str, Held | None] = {}
        with self._lock:
            for key in keys:
                slot = self._slots.get(key)
                found[key] = slot.held if slot else None
                if slot and slot is marks.get(key):
                    # To be looked up again at the next call.
                    slot.ready, slot.checked_at = True, _NEVER
        return found

    def keep_unsaved(self, held: Mapping[str, Held], now: float) -> None:
        """Keep what the store did not take."""
        with self._lock:
            for key, entry in held.items():
                size = _OVERHEAD + entry.stored.size
                self._set(key, _Slot(entry, now, size, unsaved=True))
            self._shrink()

    def unsaved(self, limit: int) -> dict[str, Held]:
        """Some of what the store did not take."""
        with self._lock:
            found = ((key, slot.held) for key, slot in self._slots.items() if slot.unsaved)
            return {key: held for (key, held), _ in zip(found, range(limit), strict=False) if held}

    def saved(self, held: Mapping[str, Held]) -> None:
        """Say that the store took these, unless they changed meanwhile."""
        with self._lock:
            for key, entry in held.items():
                slot = self._slots.get(key)
                if slot and slot.held is entry:
                    slot.unsaved = False

    def forget(self, keys: Iterable[str]) -> None:
        """Look these up anew; what the store did not take is still all there is."""
        with self._lock:
            for key in keys:
                slot = self._slots.get(key)
                if slot and not slot.unsaved:
                    self._doubt(key, slot)

    def replaced(self, keys: Iterable[str]) -> None:
        """Look these up anew in any case: the store has newer ones."""
        with self._lock:
            for key in keys:
                if slot := self._slots.get(key):
                    self._doubt(key, slot)

    def clear(self, prefix: str | None) -> None:
        """Drop everything whose key begins with `prefix`, or all."""
        with self._lock:
            for key in [key for key in self._slots if prefix is None or key.startswith(prefix)]:
                self._drop(key)

    def _doubt(self, key: str, slot: _Slot) -> None:
        """Keep it for when the store cannot be asked; in another slot, as it may be looked up."""
        self._drop(key)
        if slot.held:
            self._set(key, _Slot(slot.held, _NEVER, slot.size))

    def _set(self, key: str, slot: _Slot) -> None:
        if key in self._slots:
            self._drop(key)
        self._slots[key] = slot
        self.bytes += slot.size

    def _drop(self, key: str) -> None:
        self.bytes -= self._slots.pop(key).size

    def _shrink(self) -> None:
        while self.bytes > self.limit_bytes and self._slots:
            self._drop(next(iter(self._slots)))


def hold(stored: Stored) -> Held:
    """An entry as it can be handed to everybody."""
    when = stored.times
    lifetime = Lifetime(
        (when.fresh_until - when.stored_at) / 1e6, (when.expires_at - when.stored_at) / 1e6
    )
    value = Stored(frozen(stored.value), when, stored.size)
    return Held(value, when.stored_at / 1e6, lifetime)
