"""Gathering what is to be doubted while figures are being made."""

from collections.abc import Iterable

from stockapp.domain.analysis import Caveat, Severity


class Caveats:
    """A list without doubles, in the order of the severity."""

    def __init__(self, known: Iterable[Caveat] = ()) -> None:
        self._list = {(caveat.field, caveat.message): caveat for caveat in known}

    def add(self, severity: Severity, field: str, message: str, affects: str) -> None:
        """Note one."""
        self._list.setdefault((field, message), Caveat(severity, field, message, affects))

    def assumed(self, field: str, message: str, affects: str) -> None:
        """Note that something was assumed in place of what is not known."""
        self.add(Severity.MEDIUM, field, message, affects)

    def grave(self) -> tuple[str, ...]:
        """What is so severe that no verdict may be given."""
        return tuple(c.message for c in self._list.values() if c.severity is Severity.HIGH)

    def all(self) -> tuple[Caveat, ...]:
        """The gravest first."""
        ranks = list(Severity)
        return tuple(sorted(self._list.values(), key=lambda c: ranks.index(c.severity)))
