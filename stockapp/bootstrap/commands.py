"""What commands work with."""

from collections.abc import Callable

from stockapp.bootstrap.backends import Backends
from stockapp.bootstrap.background import Background
from stockapp.bootstrap.services import Services
from stockapp.cli.problems import problem_of
from stockapp.cli.tools import Tools
from stockapp.services.doctor import Doctor
from stockapp.services.errands import Errands


def tools(
    backends: Backends,
    services: Services,
    background: Background,
    doctor: Doctor,
    close: Callable[[], None],
) -> Tools:
    """The use cases, gathered for commands."""
    return Tools(
        access=services.access,
        doctor=doctor,
        cache=background.cache_admin,
        tasks=services.admin,
        errands=Errands(services.engine, backends.tasks, services.fanout, backends.executor),
        analyses=services.analyses,
        search=services.search,
        watchlists=services.watchlists,
        boards=services.boards,
        refreshes=services.refreshes,
        quotes=services.quotes,
        trends=services.trends,
        sources=services.sources,
        source_testing=services.source_testing,
        vitals=background.vitals,
        workforce=background.workforce,
        problem_of=problem_of,
        close=close,
    )
