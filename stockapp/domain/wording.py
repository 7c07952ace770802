"""Keys as people write them."""

_SHORT = {
    "ebit": "EBIT",
    "ebitda": "EBITDA",
    "ppe": "PPE",
    "eps": "EPS",
    "reit": "REIT",
    "fmp": "FMP",
}


def spelled(key: str) -> str:
    """`net_ppe` as Net PPE."""
    first, *rest = (_SHORT.get(word, word) for word in key.split("_"))
    return " ".join([first if first.isupper() else first.capitalize(), *rest])
