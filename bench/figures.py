"""Percentiles, and how a claim is printed."""

from collections.abc import Sequence
from dataclasses import dataclass, field


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


@dataclass
class Report:
    """Claims with their figures; `held` is false once one was missed."""

    missed: list[str] = field(default_factory=list)

    def claim(self, words: str, figure: float, limit: float, unit: str = "") -> None:
        """A figure that must not exceed its limit."""
        held = figure <= limit
        if not held:
            self.missed.append(words)
        mark = "held  " if held else "MISSED"
        print(f"  {mark} {words}: {figure:.2f}{unit} (at most {limit:.2f}{unit})")

    def note(self, words: str) -> None:
        """A figure without a limit."""
        print(f"         {words}")
