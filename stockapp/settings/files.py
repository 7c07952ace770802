"""Settings in files: `.env`, and `stockapp.toml` or the file that STOCKAPP_CONFIG names.

A name that is no setting is an error there, so that a slip of the pen is not a setting left out.
"""

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import AliasChoices
from pydantic.fields import FieldInfo

CONFIG = "STOCKAPP_CONFIG"
PREFIX = "STOCKAPP_"
DEFAULT_CONFIG = Path("stockapp.toml")
ENV_FILE = Path(".env")

# A name of somebody else's in `.env` that is as near as this to one of ours is meant to be it.
_NEAR = 0.85
_ALIKE = 0.6


class BadFile(ValueError):
    """A file of settings cannot be used; the message names it and says what to mend."""


def environment_name(name: str, field: FieldInfo) -> str:
    """The environment variable of a setting."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"{PREFIX}{name}".upper()


def config_path(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The TOML file there is; None without one. Raises BadFile where the one named is missing."""
    named = environment.get(CONFIG) or env_file_values().get(CONFIG)
    if not named:
        return DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else None
    path = Path(named)
    if not path.is_file():
        raise BadFile(f"{CONFIG} names {path}, which is no file.")
    return path


def toml_values(path: Path, fields: Mapping[str, FieldInfo]) -> dict[str, Any]:
    """What the file sets, by the names of the fields. Raises BadFile."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise BadFile(f"{path} cannot be read: {why}.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadFile(f"{path} is no TOML: {error}.") from None
    by_name = _by_name(fields)
    values: dict[str, Any] = {}
    for name, value in told.items():
        if isinstance(value, dict):
            raise BadFile(f"{path}: [{name}] is a table; settings stand by themselves, above all.")
        field = by_name.get(name.lower())
        if field is None:
            raise BadFile(f"{path}: there is no setting {name}.{_meant(name, by_name)}")
        if field in values:
            raise BadFile(f"{path}: {name} is set twice.")
        # Lists of ours are texts with commas.
        values[field] = ",".join(map(str, value)) if isinstance(value, list) else value
    return values


def env_file_values() -> dict[str, str | None]:
    """What the file `.env` sets; nothing where there is none."""
    return dotenv_values(ENV_FILE) if ENV_FILE.is_file() else {}


def check_env_file(fields: Mapping[str, FieldInfo]) -> None:
    """Raises BadFile for a name in `.env` that must be meant for stockapp and is none of it.

    Others may keep theirs there, such as HTTPS_PROXY.
    """
    known = {environment_name(name, field): name for name, field in fields.items()}
    for name in env_file_values():
        if name.upper() in known or name.upper() == CONFIG:
            continue
        ours = name.upper().startswith(PREFIX)
        if ours or difflib.get_close_matches(name.upper(), known, 1, _NEAR):
            raise BadFile(f"{ENV_FILE}: there is no setting {name}.{_meant(name.upper(), known)}")


def unknown_variables(
    fields: Mapping[str, FieldInfo], environment: Mapping[str, str] = os.environ
) -> list[str]:
    """Variables of the environment that look like settings of ours and are none, with advice."""
    known = {environment_name(name, field): name for name, field in fields.items()}
    return [
        f"{name} is no setting.{_meant(name, known)}"
        for name in sorted(environment)
        if name.startswith(PREFIX) and name not in known and name != CONFIG
    ]


def _by_name(fields: Mapping[str, FieldInfo]) -> dict[str, str]:
    """By what a setting may be called in TOML: its short name, or that of its variable."""
    names = {environment_name(name, field).lower(): name for name, field in fields.items()}
    return {**names, **{name: name for name in fields}}


def _meant(name: str, known: Iterable[str]) -> str:
    # Without what all have, which would make any two alike.
    short = {one.upper().removeprefix(PREFIX): one for one in known}
    near = difflib.get_close_matches(name.upper().removeprefix(PREFIX), short, 1, _ALIKE)
    return f" Did you mean {short[near[0]]}?" if near else " docs/settings.md lists all."
