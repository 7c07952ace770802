"""Figures in words."""

import pytest

from stockapp.domain.analysis import Unit
from stockapp.web import figures


@pytest.mark.parametrize(
    ("value", "unit", "currency", "said"),
    [
        (None, Unit.MONEY, "USD", "unknown"),
        (0.0, Unit.MONEY, "USD", "0.00 USD"),
        (1_234_567_890.0, Unit.MONEY, "USD", "1.23 bn USD"),
        (-2.5e12, Unit.MONEY, None, "\N{MINUS SIGN}2.50 tn"),
        (44.444, Unit.PER_SHARE, "USD", "44.44 USD"),
        (2679.0, Unit.PER_SHARE, "JPY", "2,679 JPY"),
        (0.1234, Unit.PERCENT, "USD", "12.3 %"),
        (-0.0001, Unit.PERCENT, None, "0.0 %"),
        (1.5, Unit.RATIO, "USD", "1.50"),
        (386_760_000.0, Unit.COUNT, "USD", "386.76 m"),
    ],
)
def test_a_figure_carries_its_unit(
    value: float | None, unit: Unit, currency: str | None, said: str
) -> None:
    assert figures.figure(value, unit, currency) == said


def test_a_move_has_a_sign_also_when_it_goes_up() -> None:
    assert figures.move(0.05) == "+5.0 %"
    assert figures.move(-0.05) == "\N{MINUS SIGN}5.0 %"
    assert figures.move(None) == "unknown"
