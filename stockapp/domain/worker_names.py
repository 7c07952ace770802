"""What people tell workers apart by, in what those told of themselves."""

from collections.abc import Mapping, Sequence
from typing import Any


def names(workers: Sequence[Mapping[str, Any]]) -> list[str]:
    """What tells them apart: their processes, with the machines where there are several."""
    several = len({worker["host"] for worker in workers}) > 1
    return [f"{w['host']} {w['pid']}" if several else str(w["pid"]) for w in workers]


def parts(workers: Sequence[Mapping[str, Any]]) -> list[str]:
    """What each does, of pages and tasks; nothing where all do the same."""
    told = [" and ".join(worker["does"]) for worker in workers]
    return told if len(set(told)) > 1 else [""] * len(told)
