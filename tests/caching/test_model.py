"""Whatever is done to the cache, it is a dict that forgets only when it must."""

import tempfile
import time
from pathlib import Path
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from stockapp.caching.folder import SAME_USE_NS
from stockapp.caching.lru_filesystem import LruFileSystemCache

from .folders import bytes_of, counted, file_of, in_folder

LIMIT = 10_000
KEYS = st.sampled_from([f"{prefix}:{number}" for prefix in ("a", "b") for number in range(6)])
VALUES = st.one_of(
    st.integers(-100, 100),
    st.text(max_size=20),
    st.integers(1, 12).map(lambda n: "x" * 1000 * n),
)


class CacheMachine(RuleBasedStateMachine):
    """Two workers on one folder, against a dict in the order of use."""

    @initialize()
    def open(self) -> None:
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = Path(self.scratch.name) / "cache"
        self.workers = [self.worker(), self.worker()]
        # Least recently used first, each with its size in the folder.
        self.model: dict[str, tuple[Any, int]] = {}

    def worker(self) -> LruFileSystemCache:
        return LruFileSystemCache(str(self.folder), limit_bytes=LIMIT)

    def teardown(self) -> None:
        self.scratch.cleanup()

    def pause(self) -> None:
        """Uses that follow each other at once count as one."""
        time.sleep(1.5 * SAME_USE_NS / 1e9)

    def use(self, key: str) -> None:
        self.model[key] = self.model.pop(key)

    def stored(self, key: str, value: Any, size: int) -> None:
        """Store in the model; `size` is what the entry takes."""
        self.model.pop(key, None)
        while self.model and sum(n for _, n in self.model.values()) + size > LIMIT:
            del self.model[next(iter(self.model))]
        self.model[key] = value, size

    def size_of(self, key: str) -> int:
        return file_of(self.folder, key).stat().st_size

    @rule(who=st.integers(0, 1), key=KEYS, value=VALUES)
    def set(self, who: int, key: str, value: Any) -> None:
        if self.workers[who].set(key, value):
            self.stored(key, value, self.size_of(key))
        else:
            assert len(str(value)) > LIMIT - 200

    @rule(who=st.integers(0, 1), key=KEYS)
    def get(self, who: int, key: str) -> None:
        self.pause()
        expected = self.model[key][0] if key in self.model else None
        assert self.workers[who].get(key) == expected
        if key in self.model:
            self.use(key)

    @rule(who=st.integers(0, 1), key=KEYS, value=VALUES.filter(lambda v: len(str(v)) < 5000))
    def add(self, who: int, key: str, value: Any) -> None:
        self.pause()
        assert self.workers[who].add(key, value) == (key not in self.model)
        if key in self.model:
            self.use(key)
        else:
            self.stored(key, value, self.size_of(key))

    @rule(who=st.integers(0, 1), key=KEYS)
    def delete(self, who: int, key: str) -> None:
        assert self.workers[who].delete(key) == (key in self.model)
        self.model.pop(key, None)

    @rule(who=st.integers(0, 1), prefix=st.sampled_from("ab"))
    def clear_prefix(self, who: int, prefix: str) -> None:
        gone = [key for key in self.model if key.startswith(f"{prefix}:")]
        assert self.workers[who].remove_prefix(prefix) == len(gone)
        for key in gone:
            del self.model[key]

    @rule(who=st.integers(0, 1))
    def restart(self, who: int) -> None:
        self.workers[who] = self.worker()

    @rule(who=st.integers(0, 1), key=KEYS)
    def damage(self, who: int, key: str) -> None:
        path = file_of(self.folder, key)
        if path.exists():
            path.write_bytes(path.read_bytes()[:-1] + b"\0")
            assert self.workers[who].get(key) is None
            del self.model[key]

    @rule()
    def lose_the_index(self) -> None:
        for path in (self.folder / ".meta").glob("index*"):
            path.unlink()

    @invariant()
    def the_folder_holds_what_the_model_holds(self) -> None:
        assert bytes_of(self.folder) <= LIMIT
        assert in_folder(self.folder) == (
            len(self.model),
            sum(size for _, size in self.model.values()),
        )
        assert counted(self.workers[0]) == in_folder(self.folder)


TestCache = CacheMachine.TestCase
TestCache.settings = settings(
    max_examples=30,
    stateful_step_count=40,
    # Shrinking would take minutes: each step touches the disk.
    phases=(Phase.explicit, Phase.generate),
)
