"""Following a task through broken connections: no event lost, none told twice."""

import json
from typing import Any

import pytest

from stockapp.client import (
    Client,
    Event,
    NotFound,
    Progress,
    TaskCancelled,
    TaskFailed,
    TimedOut,
    TooManyRequests,
    Unreachable,
)

from .scripted import Answer, Scripted, problem, stream, told
from .scripted import a_task as task

TASK = "/api/tasks/t1"
EVENTS = f"{TASK}/events"


def message(event: str, number: int | None, data: Any = None) -> str:
    at = f"id: {number}\n" if number is not None else ""
    return f"event: {event}\n{at}data: {json.dumps(data or {})}\n\n"


SNAPSHOT = message("snapshot", 5, task())
ITEMS = [message("item", number, {"key": "S0", "state": "ok"}) for number in range(6, 10)]
END = message("completed", 10, task("completed", 2))
WHOLE = [("snapshot", 5), *[("item", number) for number in range(6, 10)], ("completed", 10)]


def heard(events: Any) -> list[tuple[str, int | None]]:
    return [(event.type, event.id) for event in events]


def resumed_at(script: Scripted) -> list[str | None]:
    return [asked.headers.get("Last-Event-ID") for asked in script.asked if asked.path == EVENTS]


def test_a_stream_is_told_as_it_came(script: Scripted, client: Client) -> None:
    script.will(EVENTS, stream("retry: 1\n\n" + SNAPSHOT + "".join(ITEMS) + END))
    assert heard(client.work("t1").events()) == WHOLE


def test_it_goes_on_where_the_connection_broke(script: Scripted, client: Client) -> None:
    script.will(
        EVENTS,
        stream("retry: 1\n\n" + SNAPSHOT + ITEMS[0] + ITEMS[1][:-5], cut=True),
        stream("retry: 1\n\n" + ITEMS[1] + ITEMS[2], cut=True),
        stream("retry: 1\n\n" + ITEMS[3] + END[:40]),
        stream(END),
    )
    assert heard(client.work("t1").events()) == WHOLE
    assert resumed_at(script) == [None, "6", "8", "9"]


def test_what_is_told_again_is_not_handed_on_again(script: Scripted, client: Client) -> None:
    script.will(
        EVENTS,
        stream("retry: 1\n\n" + SNAPSHOT + "".join(ITEMS), cut=True),
        stream("".join(ITEMS[2:]) + message("snapshot", 10, task("completed", 2)) + END),
    )
    assert heard(client.work("t1").events()) == WHOLE


def test_a_gap_that_the_server_tells_is_handed_on_with_a_new_snapshot(
    script: Scripted, client: Client
) -> None:
    script.will(
        EVENTS,
        stream("retry: 1\n\n" + message("snapshot", 50, task()), cut=True),
        # The database is a new one: its ids are lower.
        stream(message("reset", None) + SNAPSHOT + ITEMS[0] + END),
    )
    assert heard(client.work("t1").events()) == [
        ("snapshot", 50),
        ("reset", None),
        ("snapshot", 5),
        ("item", 6),
        ("completed", 10),
    ]


def test_a_server_that_restarts_is_waited_for(script: Scripted, client: Client) -> None:
    script.will(
        EVENTS,
        stream("retry: 1\n\n" + SNAPSHOT + "".join(ITEMS[:2]), cut=True),
        problem(502, "bad_gateway"),
        problem(503, "database_unavailable", Retry_After="0"),
        stream("".join(ITEMS[2:]) + END),
    )
    assert heard(client.work("t1").events()) == WHOLE
    assert {asked.path for asked in script.asked} == {EVENTS}


@pytest.mark.parametrize(
    "refusal",
    [
        problem(503, "too_many_streams", Retry_After="0"),
        problem(429, "too_many_requests", Retry_After="0"),
        told({"not": "a stream"}),
        stream("retry: 1\n\n: never more than this\n\n"),
    ],
    ids=["full", "rate", "other", "held_back"],
)
def test_without_a_stream_it_is_polled(
    script: Scripted, client: Client, refusal: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stockapp.client.follow._POLL_SECONDS", 0.001)
    script.will(EVENTS, refusal)
    done = task("completed", 2)
    script.will(
        TASK, told(task()), problem(503, "database_unavailable"), told(task(done=1)), told(done)
    )
    events = list(client.work("t1").events())
    assert [event.type for event in events] == [
        "snapshot",
        *("item", "progress"),
        *("item", "progress"),
        "completed",
    ]
    assert events[1].data == {"key": "S0", "state": "ok"}


def test_a_stream_that_is_lost_to_polling_says_that_there_is_a_gap(
    script: Scripted, client: Client
) -> None:
    script.will(
        EVENTS, stream("retry: 1\n\n" + SNAPSHOT, cut=True), problem(503, "too_many_streams")
    )
    script.will(TASK, told(task("completed", 2)))
    told_of = [event.type for event in client.work("t1").events()]
    assert told_of == ["snapshot", "reset", "snapshot", "completed"]


def test_polling_can_be_chosen(script: Scripted, client: Client) -> None:
    script.will(TASK, told(task("completed", 2)))
    assert heard(client.work("t1").events(mode="poll")) == [("snapshot", None), ("completed", None)]
    assert {asked.path for asked in script.asked} == {TASK}


def test_streaming_can_be_insisted_on(script: Scripted, client: Client) -> None:
    full = problem(503, "too_many_streams", Retry_After="0")
    script.will(EVENTS, *[full] * 5, stream(SNAPSHOT + "".join(ITEMS) + END))
    assert heard(client.work("t1").events(mode="stream")) == WHOLE


def test_a_task_that_was_removed_ends_it(script: Scripted, client: Client) -> None:
    script.will(EVENTS, stream("retry: 1\n\n" + SNAPSHOT, cut=True), problem(404, "unknown_task"))
    events = client.work("t1").events()
    assert next(events).type == "snapshot"
    with pytest.raises(NotFound):
        next(events)


def test_patience_ends(script: Scripted, client: Client) -> None:
    script.will(EVENTS, problem(429, "rate"))
    script.will(TASK, problem(429, "rate"))
    with pytest.raises(TooManyRequests):
        list(client.work("t1").events(patience=0))


def test_a_stream_that_falls_silent_is_given_up_in_time(script: Scripted, client: Client) -> None:
    script.will(EVENTS, stream("retry: 1\n\n" + SNAPSHOT, stays=True))
    events = client.work("t1").events(timeout=0.3)
    assert next(events).type == "snapshot"
    with pytest.raises(TimedOut) as raised:
        next(events)
    assert raised.value.task_id == "t1"


def test_no_server_at_all_is_told(client: Client, script: Scripted) -> None:
    script.will(EVENTS, stream("retry: 1\n\n", cut=True))
    with pytest.raises(Unreachable):
        list(client.work("t1").events(mode="stream", patience=-1))


def test_waiting_tells_progress_and_gives_the_result(script: Scripted, client: Client) -> None:
    progress = message("progress", 6, {**task(done=1)["progress"], "status": "running"})
    script.will(EVENTS, stream(SNAPSHOT + progress + END))
    heard: list[Progress] = []
    assert client.work("t1").wait(on_progress=heard.append) == {"done": 2}
    assert [one.done for one in heard] == [0, 1, 2]
    assert str(heard[1]) == "1 of 2 (50 %, 2 s left)"


@pytest.mark.parametrize(("status", "kind"), [("failed", TaskFailed), ("cancelled", TaskCancelled)])
def test_a_task_that_did_not_complete_is_raised(
    script: Scripted, client: Client, status: str, kind: type[TaskFailed] | type[TaskCancelled]
) -> None:
    error = {"code": "deadline", "detail": "It took too long."} if status == "failed" else None
    data = task(status, 1, error=error, result={"half": 1})
    script.will(EVENTS, stream(message(status, 10, data)))
    with pytest.raises(kind) as raised:
        client.work("t1").wait()
    assert raised.value.task.result == {"half": 1}
    if error:
        assert "deadline: It took too long." in str(raised.value)


def test_a_call_back_that_raises_ends_the_waiting(script: Scripted, client: Client) -> None:
    script.will(EVENTS, stream(SNAPSHOT, stays=True))

    def refuse(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.work("t1").wait(on_progress=refuse)


def test_an_event_carries_its_task() -> None:
    event = Event("completed", 3, task("completed", 2))
    assert event.ends
    assert event.task is not None
    assert event.task.ended
    assert Event("item", 4, {"key": "S0", "state": "ok"}).task is None
