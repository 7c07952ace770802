"""Which texts are symbols."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.domain.symbol import InvalidSymbol, is_simulated, parse_symbol


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("aapl", "AAPL"),
        (" BRK-B ", "BRK-B"),
        ("^gspc", "^GSPC"),
        ("EURUSD=X", "EURUSD=X"),
        ("0P00008F5Y.L", "0P00008F5Y.L"),
        ("M&M.NS", "M&M.NS"),
        ("AMD180720C00003000", "AMD180720C00003000"),
        ("7203.T", "7203.T"),
        ("larkspur.sim", "LARKSPUR.SIM"),
    ],
)
def test_real_notations_are_accepted_in_any_case(text: str, symbol: str) -> None:
    assert parse_symbol(text) == symbol


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "A" * 40,
        "AA\x00PL",
        "AA\nPL",
        "../etc/passwd",
        "..",
        "A/B",
        "A\\B",
        ".L",
        "A.",
        "A..B",
        "ТЕСЛА",
        "ＡＡＰＬ",
        "苹果",
        "AAPL;DROP",
        "<b>",
        "%2e%2e",
        "A B",
        "^",
    ],
)
def test_what_can_be_no_symbol_is_refused_with_words(text: str) -> None:
    with pytest.raises(InvalidSymbol) as caught:
        parse_symbol(text)
    assert str(caught.value).startswith("The symbol")


@given(st.text(max_size=60))
def test_any_text_is_a_symbol_or_refused_and_never_both(text: str) -> None:
    try:
        symbol = parse_symbol(text)
    except InvalidSymbol:
        return
    assert parse_symbol(symbol) == symbol
    assert symbol.isascii() and "/" not in symbol and ".." not in symbol


def test_only_the_suffix_makes_a_symbol_simulated() -> None:
    assert is_simulated("LARK.SIM")
    assert not is_simulated("SIM")
