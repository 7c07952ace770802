"""How people tell workers apart."""

from typing import Any

from stockapp.domain.worker_names import names, parts


def worker(host: str, pid: int, *does: str) -> dict[str, Any]:
    return {"host": host, "pid": pid, "does": list(does)}


def test_workers_of_one_machine_are_told_apart_by_their_processes() -> None:
    workers = [worker("web", pid, "pages", "tasks") for pid in (7, 8)]
    assert names(workers) == ["7", "8"]
    assert parts(workers) == ["", ""]


def test_workers_of_several_machines_are_told_apart_also_by_those() -> None:
    workers = [worker("web", 7, "pages"), worker("work", 7, "tasks")]
    assert names(workers) == ["web 7", "work 7"]
    assert parts(workers) == ["pages", "tasks"]
