"""Small facts that all nodes share."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from stockapp.backends.codec import decode, encode
from stockapp.backends.distributed.link import RedisLink
from stockapp.ports import Clock

T = TypeVar("T")

_SLICE = 1000


class RedisSharedState:
    """SharedState in Redis, with an index of the names, as Redis itself cannot look up prefixes.

    A fact holds when it ends by the clock of the nodes; Redis deletes it in about that time too.
    """

    def __init__(self, link: RedisLink, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    def put_many(self, values: Mapping[str, Mapping[str, Any]], keep_seconds: float) -> None:
        """Set values, each forgotten after `keep_seconds`."""
        if not values:
            return

        def put(redis: Any) -> None:
            pipe = redis.pipeline(transaction=True)
            for key, value in values.items():
                pipe.set(self._name(key), self._text(value, keep_seconds), px=_ms(keep_seconds))
            pipe.zadd(self._link.key("shared"), dict.fromkeys(values, 0))
            pipe.execute()

        self._link.ask(put)

    def update(
        self,
        key: str,
        change: Callable[[Mapping[str, Any] | None], tuple[Mapping[str, Any] | None, T]],
        keep_seconds: float,
    ) -> T:
        """Replace a value by what `change` makes of it; again while another was faster."""
        while True:
            present = self._link.ask(lambda redis: redis.get(self._name(key))) or ""
            value, result = change(self._value(present))
            text = "" if value is None else self._text(value, keep_seconds)
            if self._link.run("swap", key, present, text, _ms(keep_seconds)):
                return result

    def scan(self, prefix: str) -> dict[str, Mapping[str, Any]]:
        """All values whose key starts with `prefix`, by key."""
        keys = self._keys(prefix)
        found: dict[str, Mapping[str, Any]] = {}
        gone: list[str] = []
        for first in range(0, len(keys), _SLICE):
            part = keys[first : first + _SLICE]
            names = [self._name(key) for key in part]
            texts = self._link.ask(lambda redis: redis.mget(names))  # noqa: B023
            for key, text in zip(part, texts, strict=True):
                value = self._value(text or "")
                if value is not None:
                    found[key] = value
                elif text is None:
                    gone.append(key)
        if gone:
            self._forget(gone)
        return found

    def delete(self, keys: Iterable[str]) -> None:
        """Forget values."""
        wanted = list(keys)
        if not wanted:
            return

        def delete(redis: Any) -> None:
            pipe = redis.pipeline(transaction=True)
            pipe.delete(*map(self._name, wanted))
            pipe.zrem(self._link.key("shared"), *wanted)
            pipe.execute()

        self._link.ask(delete)

    def _keys(self, prefix: str) -> list[str]:
        index = self._link.key("shared")
        # By bytes: 0xff is in no UTF-8.
        bound = b"(" + prefix.encode() + b"\xff" if prefix else b"+"
        first = b"[" + prefix.encode() if prefix else b"-"
        keys: list[str] = self._link.ask(lambda redis: redis.zrangebylex(index, first, bound))
        return keys

    def _forget(self, gone: list[str]) -> None:
        """Take names of which nothing is left out of the index, unless they are back."""
        self._link.run("forget", *gone)

    def _name(self, key: str) -> str:
        return self._link.key(f"shared:{key}")

    def _text(self, value: Mapping[str, Any], keep_seconds: float) -> str:
        return encode({"until": self._clock.now().timestamp() + keep_seconds, "value": value})

    def _value(self, text: str) -> Mapping[str, Any] | None:
        told = decode(text) if text else None
        if told is None or told["until"] <= self._clock.now().timestamp():
            return None
        value: Mapping[str, Any] = told["value"]
        return value


def forget_what_is_over(link: RedisLink) -> None:
    """Take names of facts that have ended out of the index. Raises StoreTrouble."""
    index, first = link.key("shared"), "-"
    while True:
        bounds = (first, "+", 0, _SLICE)
        names = link.ask(lambda redis: redis.zrangebylex(index, *bounds))  # noqa: B023
        if not names:
            return
        link.run("forget", *names)
        first = f"({names[-1]}"


def _ms(seconds: float) -> int:
    return max(1, round(1000 * seconds))
