"""Keys as people write them."""

import pytest

from stockapp.domain.wording import spelled


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("ebit", "EBIT"),
        ("net_ppe", "Net PPE"),
        ("operating_cash_flow", "Operating cash flow"),
        ("diluted_eps", "Diluted EPS"),
        ("reit", "REIT"),
    ],
)
def test_abbreviations_stay_in_capitals(key: str, words: str) -> None:
    assert spelled(key) == words
