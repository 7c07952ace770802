"""The pages of tasks as they change: the list of them, and each one's own."""

from collections.abc import Sequence

from stockapp.domain.event import Event, EventType
from stockapp.domain.task import Item, TaskStatus
from stockapp.ports import Clock
from stockapp.services.task_admin import NoSuchTask, TaskAdmin
from stockapp.web import present_tasks
from stockapp.web.fragments import partial
from stockapp.web.pacing import paced
from stockapp.web.present_tasks import TaskView
from stockapp.web.rendering import render

# Tasks on one page of the list.
PAGE_LENGTH = 50
_ITEMS_AT_ONCE = 50
_OF_TASKS = frozenset(
    {EventType.PROGRESS, EventType.COMPLETED, EventType.FAILED, EventType.CANCELLED}
)


class TaskListScene:
    """feed.Scene of the newest tasks."""

    def __init__(self, admin: TaskAdmin, clock: Clock) -> None:
        self._admin = admin
        self._clock = clock

    def tasks(self) -> list[TaskView]:
        """Those on the page."""
        now = self._clock.now()
        recent = self._admin.recent(limit=PAGE_LENGTH)
        return [present_tasks.task_view(task, now) for task in recent]

    def everything(self) -> tuple[int, str]:
        """The whole list, and the id of the last event that it reflects."""
        event_id = self._admin.last_event_id()
        return event_id, self._whole()

    def changed(self, events: Sequence[Event]) -> str:
        """The tasks that these events are about; the whole list when one is new."""
        told = [event for event in events if event.type in _OF_TASKS]
        if any(event.data.get("status") == TaskStatus.PENDING.value for event in told):
            return self._whole()
        ids = {event.topic.removeprefix("task:") for event in told}
        if not ids:
            return ""
        return "".join(
            partial(f"#task-{view.id}", render("partials/_task_row.html", task=view))
            for view in self.tasks()
            if view.id in ids
        )

    def _whole(self) -> str:
        return partial("#tasks", render("partials/_tasks.html", tasks=self.tasks()))


class TaskScene:
    """feed.Scene of one task with its items."""

    def __init__(self, task_id: str, admin: TaskAdmin, clock: Clock) -> None:
        self._task_id = task_id
        self._admin = admin
        self._clock = clock

    def head(self) -> TaskView:
        """The task. Raises NoSuchTask."""
        return present_tasks.task_view(self._admin.task(self._task_id), self._clock.now())

    def items(self) -> list[present_tasks.ItemView]:
        """All its items."""
        items = self._admin.items(self._task_id)
        return list(paced(map(present_tasks.item_view, items), _ITEMS_AT_ONCE))

    def everything(self) -> tuple[int, str]:
        """Head and items, and the id of the last event that they reflect."""
        event_id = self._admin.last_event_id()
        items = render("partials/_task_items.html", items=self.items(), task_id=self._task_id)
        return event_id, self._head() + partial("#items", items)

    def changed(self, events: Sequence[Event]) -> str:
        """The items that these events are about, as each was told last."""
        if any(event.type.ends_task for event in events):
            # What had not ended then was not told item by item.
            return self.everything()[1]
        items = {
            event.data["key"]: present_tasks.item_of(event)
            for event in events
            if event.type is EventType.ITEM
        }
        return self._head() + "".join(paced(map(self._item, items.values()), _ITEMS_AT_ONCE))

    def _head(self) -> str:
        try:
            return partial("#task", render("partials/_task_head.html", task=self.head()))
        except NoSuchTask:
            return ""

    def _item(self, item: Item) -> str:
        view = present_tasks.item_view(item)
        html = render("partials/_task_item.html", item=view, task_id=self._task_id)
        return partial(f"#{view.id}", html)
