"""Log levels of parts, as they are written in one setting."""

from importlib.util import find_spec

PARTS = (
    "analysis",
    "backends",
    "bootstrap",
    "caching",
    "cli",
    "client",
    "command",
    "fetching",
    "metrics",
    "providers",
    "services",
    "tasks",
    "web",
)
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def parse(text: str) -> dict[str, str]:
    """The loggers' names with their levels, of `fetching=DEBUG,web=WARNING`.

    A part of stockapp, or a module in it, is named as it is in the source; else it is a library.
    Raises ValueError.
    """
    levels = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, equals, level = (word.strip() for word in entry.partition("="))
        if not equals or level not in LEVELS:
            raise ValueError(
                f"{entry!r} is not like fetching=DEBUG; levels are {', '.join(LEVELS)}"
            )
        levels[_logger(name)] = level
    return levels


def _logger(name: str) -> str:
    first = name.partition(".")[0]
    if first in PARTS:
        return f"stockapp.{name}"
    if not first.isidentifier() or find_spec(first) is None:
        raise ValueError(f"there is no part {name!r}; there are {', '.join(PARTS)}, and libraries")
    return name
