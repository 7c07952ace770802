"""One value from several methods, how far the price is below it, and what the rule says."""

import math
from collections.abc import Mapping, Sequence

from stockapp.analysis import figures
from stockapp.domain.analysis import FairValue, MethodValue, Verdict
from stockapp.domain.choices import METHODS

_STRONG_MARGIN, _STRONG_QUALITY = 0.50, 70
_BUY_MARGIN, _BUY_QUALITY = 0.30, 60


class BadWeights(ValueError):
    """The weights cannot be used; the message says why and what to enter instead."""


def checked(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights of `dcf`, `epv` and `asset`, normalised to sum to 1. Raises BadWeights."""
    strange = sorted(set(weights) - set(METHODS))
    if strange:
        raise BadWeights(f"There is no method {strange[0][:40]!r}; weigh dcf, epv and asset.")
    for name, weight in weights.items():
        if isinstance(weight, bool) or not isinstance(weight, (int, float)):
            raise BadWeights(f"The weight of {name} is not a number. Enter one such as 0.5.")
        if not math.isfinite(weight) or abs(weight) > figures.LARGEST:
            raise BadWeights(f"The weight of {name} is not a finite number. Enter one such as 0.5.")
        if weight < 0:
            raise BadWeights(f"The weight of {name} is negative. Enter 0 or more.")
    whole = math.fsum(weights.values())
    if whole <= 0:
        raise BadWeights("All weights are 0. Give at least one method a weight above 0.")
    return {name: float(weights.get(name, 0.0)) / whole for name in METHODS}


def fair_value(
    methods: Sequence[MethodValue], weights: Mapping[str, float], price: float | None
) -> FairValue:
    """The weighted mean of the methods with a positive value, their weights made to sum to 1.

    `weights` by the key of the method; `price` in the same currency, or None.
    """
    used = {
        method.key: (weights.get(method.key, 0.0), method.value)
        for method in methods
        if method.counts and method.value is not None and weights.get(method.key, 0.0) > 0
    }
    whole = math.fsum(weight for weight, _ in used.values())
    if whole <= 0:
        return FairValue(None, None, None, {}, price, None, None)
    value = math.fsum(weight * worth for weight, worth in used.values()) / whole
    worths = [worth for _, worth in used.values()]
    known_price = price if price is not None and price > 0 else None
    return FairValue(
        value=value,
        low=min(worths),
        high=max(worths),
        weights={key: weight / whole for key, (weight, _) in used.items()},
        price=known_price,
        margin=figures.ratio(value - known_price, value) if known_price else None,
        upside=figures.ratio(value - known_price, known_price) if known_price else None,
    )


def verdict(
    fair: FairValue, quality: float | None, doubts: Sequence[str]
) -> tuple[Verdict, tuple[str, ...]]:
    """What the rule says, with its reasons as sentences; `quality` is 0..100.

    Any of the grave `doubts` forbids a verdict.
    """
    grave = [f"No verdict, as the data is in doubt: {doubt}" for doubt in doubts]
    if fair.value is None:
        return Verdict.NONE, (*grave, "No method gave a positive value per share.")
    if fair.margin is None:
        return Verdict.NONE, ("There is no price to hold the fair value against.",)
    reasons = [_margin_words(fair.margin), _quality_words(quality)]
    if grave:
        return Verdict.NONE, (*grave, *reasons)
    told = quality if quality is not None else 0.0
    if fair.margin >= _STRONG_MARGIN and told >= _STRONG_QUALITY:
        outcome = Verdict.STRONG_BUY
    elif fair.margin >= _BUY_MARGIN and told >= _BUY_QUALITY:
        outcome = Verdict.BUY
    else:
        outcome = Verdict.HOLD if fair.margin >= 0 else Verdict.AVOID
    reasons.append(
        "Rule: strong buy from a margin of 50 % and a quality of 70, buy from 30 % and 60,"
        " hold from 0 %, else avoid."
    )
    return outcome, tuple(reasons)


def _margin_words(margin: float) -> str:
    where = "below" if margin >= 0 else "above"
    return f"The price is {abs(margin):.2%} {where} the fair value."


def _quality_words(quality: float | None) -> str:
    if quality is None:
        return "The quality of the business cannot be told, which counts as 0."
    return f"The business scores {quality:.1f} of 100 for quality."
