"""The system page's sections about tasks, and about workers, streams and memory."""

from flask import Blueprint, Response

from stockapp.services.system_samples import SystemSamples
from stockapp.services.task_admin import TaskAdmin
from stockapp.services.vitals import Vitals
from stockapp.web import htmx, polled
from stockapp.web.present_work import WorkersView, WorkView, work_view, workers_view
from stockapp.web.rendering import render

# Tasks that are shown; the page of tasks has all.
_UNDER_WAY = 8
_ENDED = 6


class WorkPanel:
    """The sections, which renew themselves; their buttons are those of the page of tasks."""

    def __init__(self, admin: TaskAdmin, vitals: Vitals, samples: SystemSamples) -> None:
        self._admin = admin
        self._vitals = vitals
        self._samples = samples

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("work_panel", __name__, url_prefix="/system")
        blueprint.add_url_rule("/tasks", view_func=self.tasks)
        blueprint.add_url_rule("/workers", view_func=self.workers)
        blueprint.register_error_handler(Exception, polled.failed)
        return blueprint

    def work(self) -> WorkView:
        """What the section about tasks shows."""
        return work_view(
            self._samples.present(),
            self._samples.recent(),
            self._admin.under_way(_UNDER_WAY),
            self._admin.ended(_ENDED),
        )

    def machine(self) -> WorkersView:
        """What the sections about workers, streams and memory show."""
        return workers_view(self._vitals.workers(), self._samples.present(), self._samples.recent())

    def tasks(self) -> Response:
        """The section about tasks alone."""
        return htmx.uncached(render("partials/_system_tasks.html", work=self.work()))

    def workers(self) -> Response:
        """The sections about workers, streams and memory alone."""
        return htmx.uncached(render("partials/_system_workers.html", machine=self.machine()))
