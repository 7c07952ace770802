"""Settings in files: which one wins, what is refused, and what is told of each."""

from pathlib import Path

import pytest

from stockapp.settings import Settings, read_settings
from stockapp.settings.report import MASK, Told, settings_report


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A working directory without files, and an environment without settings."""
    for name in ("HOST", "PORT", "WEB_CONCURRENCY", "STOCKAPP_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STOCKAPP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(name: str) -> Told:
    return next(one for one in settings_report().settings if one.name == name)


def test_each_setting_tells_where_its_value_comes_from(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "stockapp.toml").write_text('port = 8001\nhost = "127.0.0.3"\nlog_level = "ERROR"\n')
    (folder / ".env").write_text("PORT=8002\nHOST=127.0.0.2\n")
    monkeypatch.setenv("PORT", "8003")
    origins = {name: (told(name).value, told(name).origin) for name in ("PORT", "HOST")}
    assert origins == {"PORT": (8003, "environment"), "HOST": ("127.0.0.2", ".env")}
    assert told("STOCKAPP_LOG_LEVEL").origin == "stockapp.toml"
    assert (told("STOCKAPP_RACE").value, told("STOCKAPP_RACE").origin) == ("hedged", "default")


def test_what_flask_puts_from_env_into_the_environment_is_still_of_env(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("PORT=8002\n")
    monkeypatch.setenv("PORT", "8002")
    assert told("PORT").origin == ".env"


def test_another_file_is_named_by_a_variable_and_lists_may_be_lists(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "mine.toml").write_text('sources = ["yahoo", "fmp"]\nSTOCKAPP_FMP_A_DAY = 750\n')
    monkeypatch.setenv("STOCKAPP_CONFIG", str(folder / "mine.toml"))
    settings = Settings()
    assert (settings.sources, settings.fmp_a_day) == ("yahoo,fmp", 750)
    assert told("STOCKAPP_SOURCES").origin == str(folder / "mine.toml")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("stockapp.toml", "dta_dir = 'x'", "no setting dta_dir. Did you mean data_dir?"),
        ("stockapp.toml", "[server]\nport = 1", r"\[server\] is a table"),
        ("stockapp.toml", "port =", "is no TOML"),
        ("stockapp.toml", "port = 'http'", "PORT: Input should be a valid integer"),
        (".env", "STOCKAPP_DATADIR=x", "Did you mean STOCKAPP_DATA_DIR?"),
        (".env", "FMP_APIKEY=x", "no setting FMP_APIKEY. Did you mean FMP_API_KEY?"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_may_have_been(
    folder: Path, name: str, content: str, words: str
) -> None:
    (folder / name).write_text(content)
    with pytest.raises(SystemExit, match=words):
        read_settings()


def test_a_file_that_is_named_and_missing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCKAPP_CONFIG", "nowhere.toml")
    with pytest.raises(SystemExit, match=r"STOCKAPP_CONFIG names nowhere\.toml"):
        read_settings()


def test_names_of_others_may_stand_in_env(folder: Path) -> None:
    (folder / ".env").write_text("HTTPS_PROXY=http://127.0.0.1:3128\n")
    assert read_settings().port == 8000


def test_a_key_file_in_the_environment_comes_before_a_key_in_a_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "key").write_text("of-the-file")
    (folder / "stockapp.toml").write_text('fmp_api_key = "of-toml"\n')
    assert Settings().fmp_api_key.get_secret_value() == "of-toml"
    monkeypatch.setenv("FMP_API_KEY_FILE", "key")
    assert Settings().fmp_api_key.get_secret_value() == "of-the-file"
    assert told("FMP_API_KEY").origin == "key, named in environment"


def test_secrets_are_masked_and_slips_in_the_environment_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FMP_API_KEY", "hush-hush")
    monkeypatch.setenv("STOCKAPP_LOG_LEVL", "DEBUG")
    report = settings_report()
    assert told("FMP_API_KEY").value == MASK
    assert "hush" not in str(report.to_json())
    assert "STOCKAPP_LOG_LEVL is no setting. Did you mean STOCKAPP_LOG_LEVEL?" in report.unknown
