"""What can be found by a search in the invented world, where any symbol has a price."""

from dataclasses import dataclass

from tests.upstream.world import name_of


@dataclass(frozen=True)
class Listed:
    """Names as quotes tell them; ISINs of a country that does not exist."""

    symbol: str
    isin: str = ""

    @property
    def name(self) -> str:
        return name_of(self.symbol)


LISTED = (
    Listed("ACME", "ZZ00000ACME7"),
    Listed("ACME.L"),
    Listed("ANVIL.T", "ZZ0000ANVIL6"),
    Listed("BANK7"),
    Listed("FUND1"),
    Listed("^ACMEX"),
)


def found_by(text: str) -> list[Listed]:
    """What begins with the text, or has a word that does; or has it as its ISIN."""
    wanted = text.lower()
    return [
        one
        for one in LISTED
        if one.symbol.lower().startswith(wanted)
        or f" {wanted}" in f" {one.name.lower()}"
        or one.isin.lower() == wanted
    ]
