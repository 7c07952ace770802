"""Every setting is documented, and read under the name that the documentation gives."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from scripts.settings_doc import page
from stockapp.providers import UnknownSource, chosen
from stockapp.settings import Settings, read_settings
from stockapp.settings.files import environment_name

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"


def test_every_setting_says_what_it_means() -> None:
    assert [n for n, field in Settings.model_fields.items() if not field.description] == []


def test_the_page_of_settings_is_that_of_the_code() -> None:
    assert DOCS.read_text() == page(), "run `make docs`"


def test_the_usual_names_of_web_servers_are_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HOST": "127.0.0.2",
        "PORT": "8123",
        "WEB_CONCURRENCY": "3",
        "STOCKAPP_DATA_DIR": "/tmp/elsewhere",
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings(_env_file=None)
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.2", 8123, 3)
    assert settings.data_dir == Path("/tmp/elsewhere")


@pytest.mark.parametrize(
    ("variable", "value"), [("PORT", "http"), ("WEB_CONCURRENCY", "0"), ("STOCKAPP_SAMPLE", "x")]
)
def test_a_bad_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None)
    assert variable.removeprefix("STOCKAPP_").lower() in str(caught.value).lower()


def test_each_setting_has_a_name_of_its_own() -> None:
    names = [environment_name(name, field) for name, field in Settings.model_fields.items()]
    assert len(set(names)) == len(names)


def test_a_start_with_a_bad_value_says_which_one_and_not_what_it_holds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STOCKAPP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", "hush")
    with pytest.raises(SystemExit, match=r"PORT: Input should be a valid integer") as told:
        read_settings()
    assert "hush" not in str(told.value)


def test_a_start_without_a_usable_data_folder_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("STOCKAPP_DATA_DIR", str(tmp_path / "file" / "data"))
    with pytest.raises(SystemExit, match="name another one in STOCKAPP_DATA_DIR"):
        read_settings()


def test_a_key_may_be_given_in_a_file_and_the_variable_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("from-a-file\n")
    monkeypatch.setenv("FMP_API_KEY_FILE", str(tmp_path / "key"))
    assert Settings(_env_file=None).fmp_api_key.get_secret_value() == "from-a-file"
    monkeypatch.setenv("FMP_API_KEY", "from-the-variable")
    assert Settings(_env_file=None).fmp_api_key.get_secret_value() == "from-the-variable"


@pytest.mark.parametrize(("content", "words"), [(None, "cannot be read"), ("", "is empty")])
def test_a_key_file_that_gives_no_key_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, words: str
) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content)
    monkeypatch.setenv("STOCKAPP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MARKETSTACK_API_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(SystemExit, match=f"MARKETSTACK_API_KEY_FILE .*{words}"):
        read_settings()


def test_keys_are_secrets_and_never_in_the_words_of_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALPHA_VANTAGE_API_KEY", "hush-hush")
    settings = Settings(_env_file=None)
    assert list(settings.secrets()) == ["hush-hush"]
    assert "hush" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_the_address_of_redis_is_a_secret_with_its_password_and_may_be_in_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "url").write_text("redis://:hush-hush@127.0.0.1:6379/0\n")
    monkeypatch.setenv("STOCKAPP_CACHE_REDIS_URL_FILE", str(tmp_path / "url"))
    settings = Settings(_env_file=None)
    assert "hush-hush" in list(settings.secrets())
    assert settings.cache_redis_url.get_secret_value() == "redis://:hush-hush@127.0.0.1:6379/0"
    assert "hush" not in repr(settings) + str(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("CACHE_REDIS_URL", "redis://h/0?username=u&password=hush%2Bhush"),
        ("CACHE_REDIS_URL", "rediss://h/0?ssl_password=hush%2Bhush"),
        ("DATABASE_URL", "postgresql://h/x?user=u&password=hush%2Bhush"),
        ("DATABASE_URL", "postgresql://u:hush%2Bhush@h/x"),
    ],
)
def test_the_password_in_an_address_is_a_secret_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch, variable: str, url: str
) -> None:
    monkeypatch.setenv("STOCKAPP_REDIS_URL", "redis://h/0")
    monkeypatch.setenv("STOCKAPP_DATABASE_URL", "postgresql://h/x")
    monkeypatch.setenv(f"STOCKAPP_{variable}", url)
    assert {"hush%2Bhush", "hush+hush"} <= set(Settings(_env_file=None).secrets())


@pytest.mark.parametrize(
    "url", ["redis://h/0?username=u&password=hush", "rediss://h/0?db=1&password=hush"]
)
def test_a_start_with_the_login_of_redis_in_its_query_says_where_to_put_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    monkeypatch.setenv("STOCKAPP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("STOCKAPP_DATABASE_URL", "postgresql://h/x")
    monkeypatch.setenv("STOCKAPP_REDIS_URL", url)
    with pytest.raises(SystemExit, match=r"STOCKAPP_REDIS_URL .*put them before the host") as told:
        read_settings()
    assert "hush" not in str(told.value)


def test_sources_are_asked_in_the_order_of_the_settings() -> None:
    names = [p.name for p in chosen(Settings(_env_file=None, sources=" fmp, yahoo"))]
    assert names == ["simulated", "fmp", "yahoo"]
    every = [p.name for p in chosen(Settings(_env_file=None))]
    assert every == ["simulated", "yahoo", "google", "fmp", "marketstack", "alpha_vantage"]


def test_a_source_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(UnknownSource, match=r"no 'yaho'; there are yahoo, google"):
        chosen(Settings(_env_file=None, sources="yaho"))
