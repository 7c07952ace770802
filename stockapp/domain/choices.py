"""What the reader of an analysis may choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# The ways to value a business, in the order of the table of weights.
METHODS = ("dcf", "epv", "asset")


class BusinessType(StrEnum):
    """The types of the table of weights."""

    HIGH_GROWTH = "high_growth"
    GROWTH = "growth"
    MATURE = "mature"
    CYCLICAL = "cyclical"
    ASSET_HEAVY = "asset_heavy"
    DISTRESSED = "distressed"
    BANK = "bank"
    REIT = "reit"
    INSURANCE = "insurance"
    UTILITY = "utility"
    TECHNOLOGY = "technology"
    HEALTHCARE = "healthcare"
    RETAIL = "retail"
    ENERGY = "energy"
    PROFESSIONAL_SERVICES = "professional_services"
    FRANCHISE = "franchise"
    ECOMMERCE = "ecommerce"
    SUBSCRIPTION = "subscription"
    MANUFACTURING = "manufacturing"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the reader chose in place of what follows from the data; rates are fractions a year."""

    business_type: BusinessType | None = None
    weights: Mapping[str, float] | None = None
    growth: float | None = None
    discount_rate: float | None = None
    terminal_growth: float | None = None
