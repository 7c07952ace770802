"""Values as they are sent to those who compute: what comes back is equal to what was sent."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockapp.analysis.inputs import Inputs
from stockapp.backends.distributed.forms import form_of, to_text
from stockapp.domain.attempt import Failure
from stockapp.domain.bars import Bars
from stockapp.domain.choices import Choices
from stockapp.domain.report import Report
from stockapp.domain.research import Finding, Part
from stockapp.domain.statement import FiscalYear
from stockapp.domain.trading_hours import TradingHours
from stockapp.providers.base import Answer

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# None of them equals itself, where it is not a number.
NUMBERS = st.floats(allow_nan=False) | st.integers(-(2**63), 2**63 - 1)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    NoneType: st.none(),
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    float: NUMBERS,
    str: st.text(),
    bytes: st.binary(),
    date: st.dates(),
    # Sources and clocks of ours tell no time without its zone.
    datetime: st.datetimes(timezones=ZONES | st.just(UTC)),
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type, by its annotations alone."""
    if kind in PLAIN:
        return PLAIN[kind]
    if get_args(kind):
        return values_of_parts(get_origin(kind), get_args(kind))
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert isinstance(kind, type) and is_dataclass(kind)
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values_of(hints[field.name]) for field in fields(kind)})


def values_of_parts(origin: Any, parts: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin in (Union, UnionType):
        return st.one_of([values_of(part) for part in parts])
    if origin is Mapping:
        mappings = st.dictionaries(*map(values_of, parts), max_size=3)
        return mappings | mappings.map(MappingProxyType)
    if origin is Sequence or parts[-1] is ...:
        return st.lists(values_of(parts[0]), max_size=3).map(tuple)
    return st.tuples(*map(values_of, parts))


def sent(kind: Any, value: Any) -> Any:
    """The value as it comes to the other side."""
    form = form_of(kind)
    return form.load(orjson.loads(to_text(form.dump(value))))


@pytest.mark.parametrize(
    "kind", [Inputs, Report, Bars, Answer, Finding | Failure, TradingHours | None, Part]
)
@settings(max_examples=25)
@given(data=st.data())
def test_whatever_is_sent_arrives(kind: Any, data: st.DataObject) -> None:
    value = data.draw(values_of(kind))
    arrived = sent(kind, value)
    assert arrived == value
    assert type(arrived) is type(value)


def test_a_whole_number_stays_one_and_what_is_no_number_too() -> None:
    arrived = sent(tuple[float, ...], (1, 1.0, math.nan, -math.inf))
    assert [type(number) for number in arrived] == [int, float, float, float]
    assert math.isnan(arrived[2])
    assert arrived[3] == -math.inf


@dataclass(frozen=True, slots=True)
class Cat:
    name: str


@dataclass(frozen=True, slots=True)
class Dog:
    name: str


def test_two_that_look_alike_are_told_apart() -> None:
    assert sent(Cat | Dog | None, Dog("Rex")) == Dog("Rex")
    assert sent(Cat | Dog | None, Cat("Rex")) == Cat("Rex")
    assert sent(Cat | Dog | None, None) is None


@pytest.mark.parametrize(
    "kind", [object, set[str], Mapping[date, str], list[int] | tuple[int, ...], Cat | object]
)
def test_a_type_without_a_form_is_refused_when_it_is_named(kind: Any) -> None:
    with pytest.raises(TypeError):
        form_of(kind)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Cat, Dog("Rex")),
        (Cat | Dog, "Rex"),
        (date, datetime(2026, 1, 1)),
        (dict[str, Any], {"cat": Cat("Tom")}),
    ],
)
def test_what_would_not_come_back_is_not_sent(kind: Any, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        to_text(form_of(kind).dump(value))


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (str, 1),
        (float, True),
        (float, "cat"),
        (int, "1"),
        (bool, 1),
        (NoneType, 0),
        (bytes, "no base64"),
        (datetime, "yesterday"),
        (datetime, 5),
        (Part, "recipe"),
        (tuple[int, ...], {}),
        (tuple[int, str], [1]),
        (Mapping[str, int], []),
        (Cat, {"name": "Tom", "age": 3}),
        (Cat, {}),
        (Cat | Dog, {"Cow": {"name": "Vera"}}),
        (Cat | Dog, {}),
        (Cat | Dog, {"name": "Tom"}),
    ],
)
def test_what_does_not_fit_the_type_is_refused(kind: Any, told: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        form_of(kind).load(told)


def test_defaults_arrive_as_well() -> None:
    year = FiscalYear(date(2025, 12, 31))
    assert sent(FiscalYear, year) == year
    assert sent(Choices, Choices()) == Choices()
