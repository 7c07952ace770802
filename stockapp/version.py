"""Which stockapp this is."""

import tomllib
from importlib import metadata
from pathlib import Path


def _version() -> str:
    # In a checkout, which may be newer than one that is installed besides.
    project = Path(__file__).parent.parent / "pyproject.toml"
    if project.exists():
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
    return metadata.version("stockapp")


VERSION = _version()
