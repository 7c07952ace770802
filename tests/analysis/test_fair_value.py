"""One value of several, its weights, and the rule of the verdict."""

import math
from typing import Any

import pytest

from stockapp.analysis.valuation.fair_value import BadWeights, checked, fair_value, verdict
from stockapp.domain.analysis import FairValue, MethodValue, Verdict


def method(key: str, value: float | None) -> MethodValue:
    return MethodValue(key, key, value, None if value else "why")


def test_methods_without_a_positive_value_are_left_out_and_the_rest_weighed_anew() -> None:
    methods = [method("dcf", 100.0), method("epv", None), method("asset", 40.0)]
    fair = fair_value(methods, {"dcf": 0.5, "epv": 0.35, "asset": 0.15}, 60.0)
    assert fair.value == pytest.approx((0.5 * 100 + 0.15 * 40) / 0.65)
    assert fair.weights == pytest.approx({"dcf": 0.5 / 0.65, "asset": 0.15 / 0.65})
    assert (fair.low, fair.high) == (40.0, 100.0)


def test_no_method_is_no_value_never_0() -> None:
    fair = fair_value([method("dcf", -5.0), method("asset", 0.0)], {"dcf": 1, "asset": 1}, 60.0)
    assert fair.value is fair.margin is fair.low is None
    assert verdict(fair, 90, ())[0] is Verdict.NONE


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({"dcf": -0.1, "epv": 1}, "negative"),
        ({"dcf": 0, "epv": 0, "asset": 0}, "All weights are 0"),
        ({}, "All weights are 0"),
        ({"dcf": math.nan}, "finite"),
        ({"dcf": math.inf}, "finite"),
        ({"dcf": 1e300}, "finite"),
        ({"dcf": "much"}, "not a number"),
        ({"dcf": True}, "not a number"),
        ({"dcf": None}, "not a number"),
        ({"magic": 1}, "no method"),
    ],
)
def test_weights_that_cannot_be_used_say_why(weights: dict[str, Any], words: str) -> None:
    with pytest.raises(BadWeights, match=words):
        checked(weights)


def test_weights_are_made_to_sum_to_one() -> None:
    assert checked({"dcf": 3, "asset": 1}) == {"dcf": 0.75, "epv": 0.0, "asset": 0.25}


@pytest.mark.parametrize(
    ("margin", "quality", "expected"),
    [
        (0.50, 70, Verdict.STRONG_BUY),
        (0.50, 69, Verdict.BUY),
        (0.49, 70, Verdict.BUY),
        (0.30, 60, Verdict.BUY),
        (0.30, 59, Verdict.HOLD),
        (0.29, 90, Verdict.HOLD),
        (0.0, None, Verdict.HOLD),
        (-0.01, 90, Verdict.AVOID),
        (0.60, None, Verdict.HOLD),
    ],
)
def test_the_rule_of_the_verdict(margin: float, quality: float | None, expected: Verdict) -> None:
    fair = FairValue(100, 90, 110, {"dcf": 1.0}, 100 * (1 - margin), margin, 0.0)
    said, reasons = verdict(fair, quality, ())
    assert said is expected and len(reasons) == 3
    assert verdict(fair, quality, ("The debt is unknown.",))[0] is Verdict.NONE
