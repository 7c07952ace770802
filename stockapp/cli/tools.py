"""What commands work with. Imported for its types alone: building it takes a second or two."""

from collections.abc import Callable
from dataclasses import dataclass

from stockapp.cli.exits import Problem
from stockapp.services.access import Access
from stockapp.services.analyses import Analyses
from stockapp.services.boards import Boards
from stockapp.services.cache_admin import CacheAdmin
from stockapp.services.doctor import Doctor
from stockapp.services.errands import Errands
from stockapp.services.quotes import Quotes
from stockapp.services.refresh import Refreshes
from stockapp.services.search import Search
from stockapp.services.source_tests import SourceTesting
from stockapp.services.sources import Sources
from stockapp.services.task_admin import TaskAdmin
from stockapp.services.trends import Trends
from stockapp.services.vitals import Vitals
from stockapp.services.watchlists import Watchlists
from stockapp.services.workforce import Workforce


@dataclass(frozen=True, slots=True)
class Tools:
    """The use cases. `problem_of` tells what an error of theirs means; `close` ends all."""

    access: Access
    doctor: Doctor
    cache: CacheAdmin
    tasks: TaskAdmin
    errands: Errands
    analyses: Analyses
    search: Search
    watchlists: Watchlists
    boards: Boards
    refreshes: Refreshes
    quotes: Quotes
    trends: Trends
    sources: Sources
    source_testing: SourceTesting
    vitals: Vitals
    workforce: Workforce
    problem_of: Callable[[Exception], Problem | None]
    close: Callable[[], None]
