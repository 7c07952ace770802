"""Currency codes, and the minor units in which some exchanges quote."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MinorUnit:
    """A unit prices are quoted in that is 1/`per_major` of the currency `major`."""

    major: str
    per_major: int
    name: str


# Case matters: GBp is pence, GBP is pounds.
MINOR_UNITS: dict[str, MinorUnit] = {
    "GBp": MinorUnit("GBP", 100, "pence"),
    "GBX": MinorUnit("GBP", 100, "pence"),
    "ZAc": MinorUnit("ZAR", 100, "cents"),
    "ILA": MinorUnit("ILS", 100, "agorot"),
    "USX": MinorUnit("USD", 100, "cents"),
}


def minor_unit(currency: str | None) -> MinorUnit | None:
    """The minor unit behind a quoted currency code, or None when it is a whole currency."""
    return MINOR_UNITS.get(currency) if currency else None


def in_major_units(amount: float, currency: str | None) -> tuple[float, str | None]:
    """The amount in whole currency with its code: 150 GBp is 1.5 GBP."""
    unit = minor_unit(currency)
    return (amount / unit.per_major, unit.major) if unit else (amount, currency)
