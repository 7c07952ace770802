"""International securities identification numbers (ISO 6166).

Two letters of a country, nine letters or digits, and a check digit: that of Luhn's formula over the
whole, with letters as the numbers 10 to 35.
"""

import re

_SHAPE = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")


class WrongCheckDigit(ValueError):
    """The text looks like an ISIN and is none; the message says so."""


def isin_in(text: str) -> str | None:
    """The ISIN that `text` is, also in small letters or in groups; None for any other text.

    Raises WrongCheckDigit, but not for several words, which may look like one by chance.
    """
    joined = "".join(text.split()).upper()
    if not joined.isascii() or not _SHAPE.fullmatch(joined):
        return None
    if _luhn(joined) == 0:
        return joined
    if joined != text.strip().upper():
        return None
    raise WrongCheckDigit(
        f"{joined} looks like an ISIN, but its check digit is wrong: a digit may be mistyped."
    )


def _luhn(isin: str) -> int:
    """What is left over ten of the sum of digits, of which every second one counts twice."""
    digits = [int(digit) for character in isin for digit in str(int(character, 36))]
    once, twice = digits[-1::-2], digits[-2::-2]
    return (sum(once) + sum(sum(divmod(2 * digit, 10)) for digit in twice)) % 10
