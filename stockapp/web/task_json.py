"""Tasks as the JSON interface shows them."""

from typing import Any

from flask import Response, jsonify

from stockapp.domain.task import Task
from stockapp.services.waiting import TaskWaiter


def summary(task: Task) -> dict[str, Any]:
    """A task in a listing: without items and result."""
    base = f"/api/tasks/{task.id}"
    return {**task.to_json(), "links": {"self": base, "events": f"{base}/events", "cancel": base}}


def whole(task: Task) -> dict[str, Any]:
    """A task with its items' states and its result."""
    items = [{"key": item.key, "state": item.state.value} for item in task.items]
    return {**summary(task), "items": items, "result": task.result}


def started(task: Task, *, joined: bool) -> dict[str, Any]:
    """A task that was just started, or joined: with what a client does next."""
    base = f"/api/tasks/{task.id}"
    return {
        **whole(task),
        "task_id": task.id,
        "poll_url": base,
        "events_url": f"{base}/events",
        "message": (
            "This work was already under way; you follow the same task."
            if joined
            else "Started. Poll poll_url, or follow events_url."
        ),
    }


def accepted(task: Task, *, joined: bool, waiter: TaskWaiter, seconds: int) -> Response:
    """The 202 of a started task, or its result where the client waits and it comes in time."""
    if seconds:
        task = waiter.wait(task.id, seconds) or task
    body = started(task, joined=joined)
    if task.status.ended:
        body = {**body, **(task.result or {}), "cached": False}
    response = jsonify(body)
    if seconds:
        response.headers["Preference-Applied"] = f"wait={seconds}"
    if not task.status.ended:
        response.status_code = 202
        response.headers["Location"] = f"/api/tasks/{task.id}"
        response.headers["Retry-After"] = "1"
    return response
