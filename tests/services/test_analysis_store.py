"""Analyses in the cache."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from stockapp.analysis.report import analyse
from stockapp.domain.choices import Choices
from stockapp.domain.freshness import Lifetime
from stockapp.ports import Entry
from stockapp.services.analysis_store import Analysis, AnalysisStore, line_of
from tests.analysis.builders import NOW, inputs, statements
from tests.analysis.test_golden import MAKER, STILL

LIFETIME = Lifetime(3600, 86_400)


class DictCache:
    """ResponseCache as far as it is used here."""

    def __init__(self) -> None:
        self.values: dict[str, Mapping[str, Any]] = {}

    def get_many(self, keys: Sequence[str]) -> dict[str, Entry]:
        return {key: Entry(self.values[key], 1.0, LIFETIME) for key in keys if key in self.values}

    def put_many(self, values: Mapping[str, Mapping[str, Any]], lifetime: Lifetime) -> None:
        self.values.update(values)


@pytest.fixture
def cache() -> DictCache:
    return DictCache()


def store_on(cache: DictCache, rules: str = "premium 5 %") -> AnalysisStore:
    return AnalysisStore(cache, LIFETIME, rules)  # type: ignore[arg-type]


def an_analysis(choices: Choices | None = None, minutes: int = 0) -> Analysis:
    given = choices or Choices()
    told = inputs(statements([STILL] * 3), about=MAKER, price=16.0, choices=given)
    made_at = NOW + timedelta(minutes=minutes)
    return Analysis("ACME", made_at, "basis", given, MAKER, told.price, analyse(told), None, ())


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
