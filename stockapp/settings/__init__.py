"""Every setting, in three tables: name, type, default, help. `docs/settings.md` lists them.

Read from the environment, then from a `.env` file, then from a TOML file. Names carry the prefix
STOCKAPP_, but for HOST, PORT and WEB_CONCURRENCY, which are the usual ones of web servers, and the
keys of services. Each key may be given in a file instead, named by the same name with _FILE.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from stockapp.settings import files
from stockapp.settings.access import check_password, networks
from stockapp.settings.house import Auth, HouseSettings, LogFormat, Sample
from stockapp.settings.layers import layered
from stockapp.settings.scaling import ScalingSettings, check_servers, passwords_in
from stockapp.settings.sources import RaceMode, SourceSettings

__all__ = ["DATABASE", "Auth", "LogFormat", "RaceMode", "Sample", "Settings", "read_settings"]

# The file of the embedded database in the data folder.
DATABASE = "stockapp.sqlite3"

# Secrets that may be in a file, named by the same variable with _FILE.
_FROM_FILES = {
    "alpha_vantage_api_key": "ALPHA_VANTAGE_API_KEY",
    "fmp_api_key": "FMP_API_KEY",
    "marketstack_api_key": "MARKETSTACK_API_KEY",
    "cache_redis_url": "STOCKAPP_CACHE_REDIS_URL",
    "redis_url": "STOCKAPP_REDIS_URL",
    "database_url": "STOCKAPP_DATABASE_URL",
    "secret_key": "STOCKAPP_SECRET_KEY",
    "password": "STOCKAPP_PASSWORD",
}
# Addresses with passwords in them.
_ADDRESSES = ("cache_redis_url", "redis_url", "database_url")


class Settings(SourceSettings, ScalingSettings, HouseSettings):
    """The settings of one process, fixed at its start."""

    model_config = SettingsConfigDict(
        env_prefix="STOCKAPP_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given by the caller, then the layers."""
        return init_settings, layered(settings_cls, env_settings, dotenv_settings)

    @model_validator(mode="before")
    @classmethod
    def _keys_from_files(cls, data: dict[str, Any]) -> dict[str, Any]:
        given = {name.lower(): value for name, value in data.items()}
        for key, variable in _FROM_FILES.items():
            path = given.get(f"{key}_file")
            if path and not given.get(key):
                data = {name: v for name, v in data.items() if name.lower() != key}
                data[key] = _read_key(Path(path), variable)
        return data

    @model_validator(mode="after")
    def _access_makes_sense(self) -> "Settings":
        check_password(self.password.get_secret_value())
        if self.auth is Auth.PASSWORD and not self.password.get_secret_value():
            raise ValueError("STOCKAPP_AUTH=password needs a STOCKAPP_PASSWORD")
        networks(self.trusted_proxies)
        return self

    @model_validator(mode="after")
    def _servers_make_sense(self) -> "Settings":
        check_servers(self.redis_url.get_secret_value(), self.database_url.get_secret_value())
        return self

    @property
    def needs_login(self) -> bool:
        """Whether only those are let in who log in or have a token."""
        return self.auth is not Auth.NONE and bool(self.password.get_secret_value())

    def secrets(self) -> Iterator[str]:
        """The values that must never be shown or logged."""
        yield from self.sent_secrets()
        if password := self.password.get_secret_value():
            yield password

    def sent_secrets(self) -> Iterator[str]:
        """Those of them that leave for other services, so that their answers may hold them."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if name != "password" and isinstance(value, SecretStr) and value.get_secret_value():
                yield value.get_secret_value()
        # Errors of clients may hold the password alone, as it stands or as it is meant.
        for name in _ADDRESSES:
            yield from passwords_in(getattr(self, name).get_secret_value())


def _read_key(path: Path, name: str) -> str:
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text"
        raise ValueError(f"{name}_FILE names {path}, which cannot be read ({why})") from None
    if not key:
        raise ValueError(f"{name}_FILE names {path}, which is empty")
    return key


def read_settings() -> Settings:
    """The settings of this process. Raises SystemExit with what to mend."""
    try:
        files.check_env_file(Settings.model_fields)
        settings = Settings()
    except files.BadFile as error:
        raise SystemExit(f"stockapp cannot start, see docs/settings.md: {error}") from None
    except ValidationError as error:
        raise SystemExit(f"stockapp cannot start, see docs/settings.md: {_wrong(error)}") from None
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data_dir):
            pass
    except OSError as error:
        raise SystemExit(
            f"stockapp cannot write to its data folder {settings.data_dir} ({error.strerror});"
            " name another one in STOCKAPP_DATA_DIR."
        ) from None
    return settings


def _wrong(error: ValidationError) -> str:
    """What is wrong, without the values: one of them may be a secret."""
    variables = {n: files.environment_name(n, f) for n, f in Settings.model_fields.items()}
    return "; ".join(
        ": ".join(
            (
                *(variables.get(str(part), str(part)) for part in entry["loc"]),
                # pydantic's word for errors of ours.
                entry["msg"].removeprefix("Value error, "),
            )
        )
        for entry in error.errors()
    )
