"""Analyses in the cache."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from stockapp.analysis.report import analyse
from stockapp.domain.choices import Choices
from stockapp.domain.freshness import Freshness, Lifetime
from stockapp.ports import Entry
from stockapp.services.analysis_store import Analysis, AnalysisStore, line_of
from tests.analysis.builders import NOW, inputs, statements
from tests.analysis.test_golden import MAKER, STILL

LIFETIME = Lifetime(3600, 86_400)


class DictCache:
    """ResponseCache as far as it is used here."""

    def __init__(self) -> None:
        self.age_seconds = 1.0
        self.values: dict[str, Mapping[str, Any]] = {}

    def get_many(self, keys: Sequence[str]) -> dict[str, Entry]:
        return {
            key: Entry(self.values[key], self.age_seconds, LIFETIME)
            for key in keys
            if key in self.values
        }

    def put_many(self, values: Mapping[str, Mapping[str, Any]], lifetime: Lifetime) -> None:
        self.values.update(values)


@pytest.fixture
def cache() -> DictCache:
    return DictCache()


def store_on(cache: DictCache, rules: str = "premium 5 %") -> AnalysisStore:
    return AnalysisStore(cache, LIFETIME, rules)  # type: ignore[arg-type]


def an_analysis(
    choices: Choices | None = None, *, data_hours: float = 0.0, incomplete: bool = False
) -> Analysis:
    given = choices or Choices()
    told = inputs(statements([STILL] * 3), about=MAKER, price=16.0, choices=given)
    data_at = NOW - timedelta(hours=data_hours)
    report = analyse(told)
    return Analysis(
        "ACME", NOW, data_at, incomplete, "basis", given, MAKER, told.price, report, None, ()
    )


def test_what_is_kept_is_told_again_as_it_was(cache: DictCache) -> None:
    store, analysis = store_on(cache), an_analysis()
    store.put(analysis)
    kept = store.get("ACME", Choices())
    assert kept and kept.value == analysis
    assert store.lines(["ACME", "OTHER"])["ACME"].value == line_of(analysis)


def test_each_choice_has_its_own_and_none_of_them_is_the_lists(cache: DictCache) -> None:
    store, chosen = store_on(cache), Choices(growth=0.1)
    store.put(an_analysis(chosen))
    assert store.get("ACME", Choices()) is None
    assert store.get("ACME", chosen)
    assert store.lines(["ACME"]) == {}


def test_what_was_made_by_other_rules_is_not_taken_for_todays(cache: DictCache) -> None:
    store_on(cache).put(an_analysis())
    other = store_on(cache, "premium 6 %")
    assert other.get("ACME", Choices()) is None
    assert other.lines(["ACME"]) == {}


def test_what_an_older_version_wrote_otherwise_is_as_if_it_were_not_there(
    cache: DictCache,
) -> None:
    store = store_on(cache)
    store.put(an_analysis())
    cache.values = {key: {"report": {"old": "shape"}} for key in cache.values}
    assert store.get("ACME", Choices()) is None
    assert store.lines(["ACME"]) == {}


def test_an_analysis_is_as_old_as_the_oldest_of_its_data(cache: DictCache) -> None:
    store = store_on(cache)
    store.put(an_analysis(data_hours=20))
    kept, line = store.get("ACME", Choices()), store.lines(["ACME"])["ACME"]
    assert kept and kept.age_seconds == line.age_seconds == 20 * 3600 + 1
    assert kept.freshness is line.freshness is Freshness.STALE
    assert kept.recent, "yet nobody need be asked again at once"


@pytest.mark.parametrize(
    ("incomplete", "age", "recent"),
    [
        (False, 59, True),
        (True, 59, True),
        (True, 61, False),
        (False, 3599, True),
        (False, 3601, False),
    ],
)
def test_what_lacks_something_for_a_passing_reason_is_soon_made_anew(
    cache: DictCache, incomplete: bool, age: float, recent: bool
) -> None:
    store = store_on(cache)
    store.put(an_analysis(incomplete=incomplete))
    cache.age_seconds = age
    kept = store.get("ACME", Choices())
    assert kept and kept.recent is recent
