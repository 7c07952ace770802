"""JSON: tasks."""

from flask import Blueprint, Response, jsonify

from stockapp.ports import TaskStore
from stockapp.services.task_admin import TaskAdmin
from stockapp.services.waiting import TaskWaiter
from stockapp.tasks.engine import TaskEngine
from stockapp.web import inputs, task_json
from stockapp.web.errors import Problem
from stockapp.web.openapi.answers_tasks import Task, TaskDone, TaskList
from stockapp.web.openapi.call import OF_TASK, Gives, described, started
from stockapp.web.schemas import TaskListInput


class TasksApi:
    """The calls about background work; any worker answers for any task."""

    def __init__(
        self, admin: TaskAdmin, engine: TaskEngine, store: TaskStore, waiter: TaskWaiter
    ) -> None:
        self._admin = admin
        self._engine = engine
        self._store = store
        self._waiter = waiter

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("api_tasks", __name__, url_prefix="/api/tasks")
        blueprint.add_url_rule("", view_func=self.recent)
        blueprint.add_url_rule("/<task_id>", view_func=self.task)
        blueprint.add_url_rule("/<task_id>", view_func=self.cancel, methods=["DELETE"])
        blueprint.add_url_rule("/<task_id>/retry", view_func=self.retry, methods=["POST"])
        return blueprint

    @described(
        "listTasks",
        "Tasks",
        takes=TaskListInput,
        gives={200: TaskList},
        faults=("404 unknown_task",),
    )
    def recent(self) -> Response:
        """Tasks, newest first, without items and results."""
        wanted = inputs.read(TaskListInput)
        if wanted.before is not None:
            self._admin.task(wanted.before)
        tasks = self._store.recent(
            status=wanted.status, kind=wanted.kind, limit=wanted.limit, before=wanted.before
        )
        return jsonify({"tasks": [task_json.summary(task) for task in tasks]})

    @described(
        "getTask",
        "Tasks",
        gives={200: Gives((Task,), "The task.", ("Retry-After",), OF_TASK)},
        faults=("404 unknown_task",),
        waits=True,
    )
    def task(self, task_id: str) -> Response:
        """One task; with Prefer: wait, once it has ended."""
        task = self._admin.task(task_id)
        seconds = inputs.wait_seconds()
        if seconds and not task.status.ended:
            task = self._waiter.wait(task_id, seconds) or task
        response = jsonify(task_json.whole(task))
        response.headers["Cache-Control"] = "no-store"
        if seconds:
            response.headers["Preference-Applied"] = f"wait={seconds}"
        if not task.status.ended:
            response.headers["Retry-After"] = "1"
        return response

    @described(
        "cancelTask",
        "Tasks",
        gives={
            200: Gives((Task,), "It is cancelled, and nothing of it runs any more.", (), OF_TASK),
            202: Gives(
                (Task,),
                "It is cancelled; another worker has yet to stop its requests.",
                ("Location", "Retry-After"),
                OF_TASK,
            ),
        },
        faults=("404 unknown_task", "409 task_ended"),
    )
    def cancel(self, task_id: str) -> Response:
        """200 when it is over here; 202 when another worker has yet to stop its requests."""
        runs_here = self._engine.runs(task_id)
        cancelled = self._admin.cancel(task_id)
        task = cancelled.task
        if not cancelled.changed:
            raise Problem(
                409,
                "task_ended",
                f"The task had already ended as {task.status.value}; there is nothing to cancel.",
                extra={"task": task_json.summary(task)},
            )
        response = jsonify(task_json.whole(task))
        if task.worker and not runs_here:
            response.status_code = 202
            response.headers["Location"] = f"/api/tasks/{task_id}"
            response.headers["Retry-After"] = "1"
        return response

    @described(
        "retryTask",
        "Tasks",
        gives={
            200: Gives((TaskDone,), "The new task ended while the client waited.", (), OF_TASK),
            202: started(),
        },
        faults=("404 unknown_task", "409 task_not_ended"),
        waits=True,
    )
    def retry(self, task_id: str) -> Response:
        """A new task for what an ended one did not do."""
        created = self._admin.retry(task_id)
        return task_json.accepted(
            created.task,
            joined=created.joined,
            waiter=self._waiter,
            seconds=inputs.wait_seconds(),
        )
