"""How commands end: exit codes, and the errors that lead to them."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """The exit codes; docs/cli.md tells them."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    CANCELLED = 3
    NOT_FOUND = 4
    TROUBLE = 5


TITLES: Mapping[Exit, str] = {
    Exit.DONE: "Done",
    Exit.FAILED: "Not done, or not all of it",
    Exit.USAGE: "Not understood",
    Exit.CANCELLED: "Cancelled",
    Exit.NOT_FOUND: "Not found",
    Exit.TROUBLE: "stockapp cannot do that at present",
}


class Problem(Exception):
    """Why a command ends without an answer: a stable code, and a sentence that says what to do."""

    def __init__(
        self, exit_: Exit, code: str, detail: str, extra: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(detail)
        self.exit = exit_
        self.code = code
        self.detail = detail
        self.extra = dict(extra or {})

    def to_json(self) -> dict[str, Any]:
        """The problem as commands with --json tell it: that of the JSON interface, but by exit."""
        return {
            "type": "about:blank",
            "title": TITLES[self.exit],
            "exit": int(self.exit),
            "code": self.code,
            "detail": self.detail,
            **self.extra,
        }
