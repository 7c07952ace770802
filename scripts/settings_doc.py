"""Write docs/settings.md from the tables of settings: `make docs`."""

from enum import Enum
from typing import Any

from pydantic.fields import FieldInfo

from stockapp.settings import Settings
from stockapp.settings.files import environment_name

_HEAD = """# Settings

Read from the environment, then from a file `.env` in the folder where stockapp is started, then
from a TOML file: `stockapp.toml` there, or the one that `STOCKAPP_CONFIG` names. The first wins.
`flask --app app settings` shows each with its value and where that came from.

In TOML a setting is called by its variable without `STOCKAPP_`, in small letters, or by the
variable; there are no tables:

```toml
data_dir = "/var/lib/stockapp"
port = 8000
sources = ["yahoo", "fmp"]
fmp_api_key_file = "/etc/stockapp/fmp.key"
```

A name that is no setting is an error in both files, which says what may have been meant. A key in a
`_FILE` counts where that is set: one in the environment comes before the key itself in a file.

This page is written by `make docs`; a test holds it against the code.

| name | default | meaning |
|---|---|---|
"""


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
