"""Arithmetic with figures that may be unknown: None in, None out, and never infinite."""

import math
from collections.abc import Iterable, Sequence

# What no business and no country has: larger amounts are errors of a source.
LARGEST = 1e18
# A spread or a trend of fewer values is no more than their difference.
_FEW = 3
_NOISE = 1e-9


def known(value: float | None) -> float | None:
    """The value if it is a believable number."""
    if value is None or not math.isfinite(value) or abs(value) > LARGEST:
        return None
    return value


def ratio(above: float | None, below: float | None) -> float | None:
    """The quotient; None for an unknown part, and where what is below is not positive."""
    if above is None or below is None or below <= 0:
        return None
    return known(above / below)


def product(*factors: float | None) -> float | None:
    """All multiplied; None when one is unknown."""
    outcome = 1.0
    for factor in factors:
        if factor is None:
            return None
        outcome *= factor
    return known(outcome)


def total(*parts: float | None) -> float | None:
    """The sum; None when one is unknown."""
    outcome = 0.0
    for part in parts:
        if part is None:
            return None
        outcome += part
    return known(outcome)


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of the known ones; None without any."""
    told = [value for value in values if value is not None]
    return known(math.fsum(told) / len(told)) if told else None


def variation(values: Iterable[float | None]) -> float | None:
    """Standard deviation over the mean's size (n - 1 in the denominator); None under three."""
    told = [value for value in values if value is not None]
    centre = mean(told)
    if len(told) < _FEW or not centre:
        return None
    spread = math.fsum((value - centre) ** 2 for value in told) / (len(told) - 1)
    return known(math.sqrt(spread) / abs(centre))


def slope(values: Sequence[float | None]) -> float | None:
    """Slope a step of the least-squares line, oldest first; None under three known."""
    told = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(told) < _FEW:
        return None
    middle = math.fsum(x for x, _ in told) / len(told)
    level = math.fsum(y for _, y in told) / len(told)
    across = math.fsum((x - middle) * (y - level) for x, y in told)
    return known(across / math.fsum((x - middle) ** 2 for x, _ in told))


def compound(first: float | None, last: float | None, years: float) -> float | None:
    """Growth a year from `first` to `last`, both of which must be positive."""
    quotient = ratio(last, first)
    if quotient is None or quotient <= 0 or years <= 0:
        return None
    return known(quotient ** (1 / years) - 1)


def exceeds(value: float, other: float, noise: float = _NOISE) -> bool:
    """Whether it is greater, by more than that part of it: the noise of binary fractions."""
    return value - other > noise * max(abs(value), abs(other))


def clamp(value: float, low: float, high: float) -> float:
    """The value, moved into the range."""
    return min(high, max(low, value))
