"""What analyses are made with."""

from stockapp.bootstrap.backends import Backends
from stockapp.caching.policy import SingleFlight
from stockapp.domain.freshness import Lifetime
from stockapp.fetching.desk import Desk
from stockapp.fetching.inquiry import Inquiry
from stockapp.fetching.lane import Gatekeepers
from stockapp.fetching.race import Race
from stockapp.providers.simulated import companies
from stockapp.services.analyse_all import AnalysingAll
from stockapp.services.analyses import Analyses
from stockapp.services.analysing import Analysing
from stockapp.services.analysis_store import AnalysisStore
from stockapp.services.analyst import Analyst
from stockapp.services.findings import Findings
from stockapp.services.gathered import Rules
from stockapp.services.gathering import Gatherer, Means
from stockapp.services.price_lookup import PriceLookup
from stockapp.services.profiles import Profiles
from stockapp.services.quotes import Quotes
from stockapp.settings import Settings
from stockapp.tasks.engine import TaskEngine
from stockapp.tasks.kinds import Kind, Limits

# Whole lists are analysed one at a time by each worker.
_LISTS_AT_ONCE = 1


class AnalysisParts:
    """One worker's; `analyses` is what people and programs use."""

    def __init__(
        self,
        settings: Settings,
        backends: Backends,
        keepers: Gatekeepers,
        desks: list[Desk],
        race: Race,
        flight: SingleFlight,
        quotes: Quotes,
    ) -> None:
        self._backends = backends
        clock, executor = backends.clock, backends.executor
        lifetime = Lifetime(settings.analysis_fresh_seconds, settings.analysis_keep_seconds)
        self.lifetime = lifetime
        rules = _rules(settings)
        inquiry = Inquiry(desks, keepers.ledger, timeout_seconds=settings.request_timeout_seconds)
        self.findings = Findings(inquiry, flight, backends.cache, clock, lifetime)
        prices = PriceLookup(race, flight, quotes, Profiles(backends.cache), clock)
        self.store = AnalysisStore(backends.cache, lifetime, repr(rules))
        self._gatherer = Gatherer(Means(self.findings, prices, quotes, executor, rules))
        self._analyst = Analyst(
            executor, self.store, clock, rules, timeout_seconds=settings.compute_timeout_seconds
        )
        self._analysing = Analysing(
            self._gatherer,
            self._analyst,
            self.store,
            Limits(settings.analysis_slots, settings.analysis_deadline_seconds),
        )
        self._all = AnalysingAll(
            self._analysing,
            executor,
            Limits(_LISTS_AT_ONCE, settings.analysis_all_deadline_seconds),
        )

    def kinds(self) -> list[Kind]:
        """The kinds of task, for the engine."""
        return [self._analysing.kind(), self._all.kind()]

    def analyses(self, engine: TaskEngine) -> Analyses:
        """The use cases."""
        return Analyses(
            engine,
            self._backends.shown_tasks,
            self._backends.shown_log,
            self._backends.watchlists,
            self._gatherer,
            self._analyst,
            self.store,
            self._analysing,
        )


def _rules(settings: Settings) -> Rules:
    return Rules(
        settings.risk_free_symbol,
        settings.benchmark,
        companies.RISK_FREE,
        companies.BENCHMARK,
        settings.equity_premium,
        settings.mid_year,
    )
