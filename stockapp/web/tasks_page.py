"""The pages about background work, and what their forms do."""

from flask import Blueprint, Response, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from stockapp.domain import moment
from stockapp.ports import Clock
from stockapp.services.boards import Boards
from stockapp.services.task_admin import TaskAdmin
from stockapp.web import done, fragments, htmx, present_tasks
from stockapp.web.errors import not_found
from stockapp.web.present_board import list_at
from stockapp.web.present_tasks import ItemView
from stockapp.web.rendering import render
from stockapp.web.task_scenes import PAGE_LENGTH, TaskListScene, TaskScene


class TasksPage:
    """The list, each task, each item's attempts; cancel and retry."""

    def __init__(self, admin: TaskAdmin, boards: Boards, clock: Clock) -> None:
        self._admin = admin
        self._boards = boards
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")
        blueprint.add_url_rule("", view_func=self.page)
        blueprint.add_url_rule("/<task_id>", view_func=self.task)
        blueprint.add_url_rule("/<task_id>/items/<path:key>", view_func=self.item)
        blueprint.add_url_rule("/<task_id>/cancel", view_func=self.cancel, methods=["POST"])
        blueprint.add_url_rule("/<task_id>/retry", view_func=self.retry, methods=["POST"])
        blueprint.register_error_handler(Exception, htmx.failed)
        return blueprint

    def page(self) -> Response:
        """The newest tasks, or those before one."""
        event_id = self._admin.last_event_id()
        before = request.args.get("before")
        if before is None:
            tasks = TaskListScene(self._admin, self._clock).tasks()
        else:
            self._admin.task(before)
            older = self._admin.recent(limit=PAGE_LENGTH, before=before)
            tasks = [present_tasks.task_view(task, self._clock.now()) for task in older]
        return htmx.uncached(
            render(
                "pages/tasks.html",
                tasks=tasks,
                newest=before is None,
                older=tasks[-1].id if len(tasks) == PAGE_LENGTH else "",
                event_id=event_id,
                now=moment.to_text(self._clock.now()),
                said=_said(),
            )
        )

    def task(self, task_id: str) -> Response:
        """One task with its items."""
        event_id = self._admin.last_event_id()
        scene = TaskScene(task_id, self._admin, self._clock)
        head = scene.head()
        return htmx.uncached(
            render(
                "pages/task.html",
                task=head,
                task_id=task_id,
                items=scene.items(),
                event_id=event_id,
                now=moment.to_text(self._clock.now()),
                said=_said(),
            )
        )

    def item(self, task_id: str, key: str) -> Response:
        """What was tried for one item: as a page, or as the part that opens within one."""
        self._admin.task(task_id)
        item = next((item for item in self._admin.items(task_id) if item.key == key), None)
        if item is None:
            raise not_found("item", f"The task has no item {key}.")
        view: ItemView = present_tasks.item_view(item)
        attempts = present_tasks.attempts_of(item)
        template = "partials/_task_attempts.html" if htmx.is_asking() else "pages/task_item.html"
        return htmx.uncached(render(template, item=view, attempts=attempts, task_id=task_id))

    def cancel(self, task_id: str) -> AnyResponse:
        """Cancel a task, from whichever page."""
        cancelled = self._admin.cancel(task_id)
        key = "cancelled" if cancelled.changed else "ended"
        if not htmx.is_asking():
            came_from = htmx.came_from().path
            return htmx.back(key, otherwise=came_from if came_from == "/system" else "/tasks")
        html = fragments.message(done.words(key, ""))
        if name := list_at(htmx.came_from().path):
            htmx.as_of(self._boards.position())
            html += fragments.refresh(self._boards.refresh(name), name)
            html += fragments.analysis(self._boards.analysis(name), name)
        return make_response(html)

    def retry(self, task_id: str) -> AnyResponse:
        """Do again what a task did not do, and show the new one."""
        created = self._admin.retry(task_id)
        path = f"/tasks/{created.task.id}"
        return htmx.go(path)


def _said() -> str:
    return done.words(request.args.get("done", ""), request.args.get("what", ""))
