"""Lines for people at a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

_BLOCKS = "▁▂▃▄▅▆▇█"


def table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """Columns as wide as they must be; those of these numbers are set to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    return [
        "  ".join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def money(value: float | None, currency: str | None) -> str:
    """227.50 USD; a dash for what is unknown."""
    if value is None:
        return "-"
    figures = f"{value:,.2f}" if abs(value) >= 1 else f"{value:.6g}"
    return f"{figures} {currency or ''}".strip()


def percent(value: float | None) -> str:
    """+1.2 %; a dash for what is unknown."""
    return "-" if value is None else f"{value:+.1f} %"


def age(seconds: float) -> str:
    """4 s, 12 min, 5 h or 3 days old."""
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit} old"
    return f"{seconds:.0f} s old"


def price_row(symbol: str, told: Mapping[str, Any]) -> tuple[str, ...]:
    """A symbol of a refresh: its price, how it moved, and where that is from; else why not."""
    quote, error = told.get("quote"), told.get("error")
    if quote is None:
        return (symbol, "-", "-", f"failed: {error['detail']}" if error else "no price")
    about = f"{quote['source']}/{quote['method']}, {age(quote.get('age_seconds') or 0)}"
    if error:
        about += f", stale: {error['detail']}"
    return (
        symbol,
        money(quote["price"], quote["currency"]),
        percent(quote["change_percent"]),
        about,
    )


def spark(closes: Sequence[float]) -> str:
    """The closes as a line of blocks."""
    least, most = min(closes), max(closes)
    step = (most - least) or 1.0
    return "".join(_BLOCKS[round((close - least) / step * (len(_BLOCKS) - 1))] for close in closes)
