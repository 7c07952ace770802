"""The form of assumptions: what was typed, and what it means."""

import re
from collections.abc import Callable, Mapping

from stockapp.domain.choices import METHODS, BusinessType, Choices
from stockapp.services.analyses import BadChoice

RATES = ("growth", "discount_rate", "terminal_growth")
FIELDS = ("business_type", *(f"w_{key}" for key in METHODS), *RATES)
_NUMBER = re.compile(
    r"[-\N{MINUS SIGN}+]?\d{1,6}(\.\d{0,8})?|[-\N{MINUS SIGN}+]?\.\d{1,8}", re.ASCII
)
_LONGEST = 40


def typed(fields: Mapping[str, str]) -> dict[str, str]:
    """What was filled in, without blanks around it."""
    return {
        name: fields[name].strip()[:_LONGEST] for name in FIELDS if fields.get(name, "").strip()
    }


def choices_of(
    filled: Mapping[str, str], usual: Callable[[BusinessType | None], Mapping[str, float]]
) -> Choices:
    """The choices. Weights left out are the `usual` ones of the type. Raises BadChoice."""
    kind = _kind(filled.get("business_type"))
    weights = {
        key: _number(f"w_{key}", "The weight", filled[f"w_{key}"])
        for key in METHODS
        if f"w_{key}" in filled
    }
    for key, weight in weights.items():
        if weight < 0:
            raise BadChoice(f"w_{key}", "A weight cannot be negative. Enter 0 or more.")
    if weights:
        others = usual(kind)
        weights = {key: weights.get(key, 100 * others[key]) for key in METHODS}
        if not any(weights.values()):
            raise BadChoice("w_dcf", "All weights are 0. Give at least one a weight above 0.")
    rates = {
        name: _number(name, f"The {name.replace('_', ' ')}", filled[name]) / 100
        for name in RATES
        if name in filled
    }
    return Choices(kind, weights or None, **rates)


def _kind(text: str | None) -> BusinessType | None:
    if text is None:
        return None
    try:
        return BusinessType(text)
    except ValueError:
        raise BadChoice("business_type", "Choose one of the listed types of business.") from None


def _number(field: str, what: str, text: str) -> float:
    plain = text.removesuffix("%").strip()
    if not _NUMBER.fullmatch(plain):
        raise BadChoice(field, f"{what} must be a number such as 12.5, in percent.")
    return float(plain.replace("\N{MINUS SIGN}", "-"))
