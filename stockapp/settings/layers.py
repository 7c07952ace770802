"""Settings from several places: the environment, before `.env`, before TOML, before defaults."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from stockapp.settings import files

ENVIRONMENT = "environment"
DEFAULT = "default"


class Layers(PydanticBaseSettingsSource):
    """One source made of several, the first that gives a setting wins.

    A setting and its _FILE are one thing: whoever gives either has the say.
    """

    def __init__(
        self,
        settings_cls: type[BaseSettings],
        sources: Sequence[tuple[str, PydanticBaseSettingsSource]],
    ) -> None:
        super().__init__(settings_cls)
        self._sources = sources
        self.origins: dict[str, str] = {}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: all are given at once."""
        raise NotImplementedError

    def __call__(self) -> dict[str, Any]:
        """What is set. Raises files.BadFile."""
        fields = self.settings_cls.model_fields
        by_name = {name.lower(): name for name in fields}
        for name, field in fields.items():
            by_name[files.environment_name(name, field).lower()] = name
        merged: dict[str, Any] = {}
        for origin, source in self._sources:
            # Others may have theirs in `.env`.
            given = {
                by_name[key.lower()]: value
                for key, value in source().items()
                if value is not None and key.lower() in by_name
            }
            taken = {_plain(name) for name, value in merged.items() if value != ""}
            for name, value in given.items():
                if name not in merged and _plain(name) not in taken:
                    merged[name] = value
                    self.origins[name] = origin
        # By the name that errors should tell.
        aliased = {n: files.environment_name(n, f) for n, f in fields.items() if f.validation_alias}
        return {aliased.get(name, name): value for name, value in merged.items()}


class Toml(PydanticBaseSettingsSource):
    """The TOML file, where there is one."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: all are given at once."""
        raise NotImplementedError

    def __call__(self) -> dict[str, Any]:
        """What it sets. Raises files.BadFile."""
        path = files.config_path()
        return files.toml_values(path, self.settings_cls.model_fields) if path else {}


def layered(
    settings_cls: type[BaseSettings],
    environment: PydanticBaseSettingsSource,
    env_file: PydanticBaseSettingsSource,
) -> Layers:
    """All places, in their order."""
    path = files.config_path()
    return Layers(
        settings_cls,
        (
            (ENVIRONMENT, environment),
            (str(files.ENV_FILE), env_file),
            (str(path or files.DEFAULT_CONFIG), Toml(settings_cls)),
        ),
    )


def is_of_env_file(variable: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether what the environment holds stands in `.env`: Flask's command puts it there."""
    told = files.env_file_values().get(variable)
    return told is not None and environment.get(variable) == told


def _plain(name: str) -> str:
    return name.removesuffix("_file")
