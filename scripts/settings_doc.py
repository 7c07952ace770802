"""Write docs/settings.md from the tables of settings: `make docs`."""

from enum import Enum
from typing import Any

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from stockapp.settings import Settings

_HEAD = """# Settings

Read from the environment, then from a file `.env` in the folder where stockapp is started.
This page is written by `make docs`; a test holds it against the code.

| name | default | meaning |
|---|---|---|
"""


def environment_name(name: str, field: FieldInfo) -> str:
    """The environment variable of a setting."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"{Settings.model_config.get('env_prefix', '')}{name}".upper()


def page() -> str:
    """The whole page."""
    rows = [
        f"| `{environment_name(name, field)}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return _HEAD + "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "by the machine"
    value: Any = field.default.value if isinstance(field.default, Enum) else field.default
    return f"`{value}`" if value != "" else "empty"


if __name__ == "__main__":
    print(page(), end="")
