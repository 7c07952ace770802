"""Every setting with its value, and where that comes from."""

from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from stockapp.settings import Settings, files, layers, read_settings

# As long for every secret: its length is nobody's business.
MASK = "********"


@dataclass(frozen=True, slots=True)
class Told:
    """One setting. `origin`: environment, the path of a file, or default. A secret is masked."""

    name: str
    value: Any
    origin: str
    default: Any
    help: str
    secret: bool


@dataclass(frozen=True, slots=True)
class SettingsReport:
    """All settings. `config`: the TOML file that is read. `unknown`: variables that are none."""

    settings: tuple[Told, ...]
    config: str | None
    unknown: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The report for programs."""
        return asdict(self)


def settings_report() -> SettingsReport:
    """All settings as this process has them. Raises SystemExit where they cannot be used."""
    settings = read_settings()
    source = layers.layered(Settings, EnvSettingsSource(Settings), DotEnvSettingsSource(Settings))
    source()
    told = []
    for name, field in Settings.model_fields.items():
        variable = files.environment_name(name, field)
        value = getattr(settings, name)
        origin = source.origins.get(name, layers.DEFAULT)
        by_file = source.origins.get(f"{name}_file")
        if isinstance(value, SecretStr) and by_file and value.get_secret_value():
            origin = f"{getattr(settings, f'{name}_file')}, named in {by_file}"
        elif origin == layers.ENVIRONMENT and layers.is_of_env_file(variable):
            origin = str(files.ENV_FILE)
        default = field.get_default(call_default_factory=True)
        secret = isinstance(value, SecretStr)
        told.append(
            Told(variable, _shown(value), origin, _shown(default), field.description or "", secret)
        )
    config = files.config_path()
    unknown = files.unknown_variables(Settings.model_fields)
    return SettingsReport(tuple(told), str(config) if config else None, tuple(unknown))


def _shown(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return MASK if value.get_secret_value() else ""
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value
