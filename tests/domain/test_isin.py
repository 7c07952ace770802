"""Identification numbers of securities, and mistyped ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.domain.isin import WrongCheckDigit, isin_in

# Of real securities, from six countries, with letters in different places.
REAL = (
    "US0378331005",
    "US02079K3059",
    "GB0002634946",
    "GB00BH4HKS39",
    "DE0007164600",
    "JP3633400001",
    "NL0010273215",
    "FR0000120271",
    "XS0971721963",
)


@pytest.mark.parametrize("isin", REAL)
def test_a_real_one_is_recognised_also_in_small_letters_and_in_groups(isin: str) -> None:
    assert isin_in(isin) == isin
    assert isin_in(f" {isin.lower()} ") == isin
    assert isin_in(f"{isin[:2]} {isin[2:6]} {isin[6:]}") == isin


@given(st.sampled_from(REAL), st.integers(2, 11), st.sampled_from("0123456789"))
def test_every_single_digit_that_is_mistyped_is_found(isin: str, place: int, digit: str) -> None:
    wrong = isin[:place] + digit + isin[place + 1 :]
    if wrong == isin or not isin[place].isdigit():
        return
    with pytest.raises(WrongCheckDigit, match=f"{wrong} looks like an ISIN, but its check digit"):
        isin_in(wrong)


@pytest.mark.parametrize(
    "text",
    [
        *("", "AAPL", "Apple", "US037833100", "US03783310055", "0S0378331005", "US037833100X"),
        # A digit of another script is none here.
        "US037833100\N{ARABIC-INDIC DIGIT FIVE}",
        # Words that have its shape only without their blanks.
        "US Steel Nr 1 2",
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert isin_in(text) is None
