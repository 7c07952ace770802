"""Log lines: whose work they tell of, at which levels, and that they give nothing away."""

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stockapp import context, logs
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.domain.secrecy import Redactor
from stockapp.settings import levels

KEY = "k3y+with/signs"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def nothing() -> Iterator[None]:
    """What one test belongs to is not the next one's."""
    with context.of_nothing():
        yield


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Logs as JSON, in memory; gives what was written."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    stream = io.StringIO()
    # As gunicorn leaves it.
    server = logging.getLogger("gunicorn.error")
    server.handlers, server.propagate = [logging.NullHandler()], False
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure("INFO", True, Redactor([KEY]), levels.parse("web=WARNING,fetching.race=DEBUG"))
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers = before
    root.setLevel(level)
    for name in ("stockapp.web", "stockapp.fetching.race"):
        logging.getLogger(name).setLevel(logging.NOTSET)


class TestIds:
    def test_a_line_tells_the_request_and_the_task_it_belongs_to(self, written: Lines) -> None:
        context.begin_request("r1")
        with context.of_task("t1"):
            logging.getLogger("stockapp.tasks").info("within")
        logging.getLogger("stockapp.tasks").info("after")
        with context.of_nothing():
            logging.getLogger("stockapp.tasks").info("alone")
        within, after, alone = written()
        assert (within["request_id"], within["task_id"]) == ("r1", "t1")
        assert after["request_id"] == "r1"
        assert "task_id" not in after
        assert not {"request_id", "task_id"} & set(alone)

    def test_what_runs_in_other_threads_belongs_to_it_as_well(self, written: Lines) -> None:
        log = logging.getLogger("stockapp.tasks")
        executor = EmbeddedExecutor(network_threads=1)
        context.begin_request("r1")
        executor.submit(log.info, "one").result()
        context.begin_request("r2")
        executor.submit(log.info, "two").result()
        # The same thread, for nobody.
        with context.of_nothing():
            executor.submit(log.info, "three").result()
        executor.close()
        assert [line.get("request_id") for line in written()] == ["r1", "r2", None]

    def test_a_new_thread_belongs_to_nothing(self) -> None:
        context.begin_request("r1")
        seen: list[dict[str, str]] = []
        thread = threading.Thread(target=lambda: seen.append(dict(context.ids())))
        thread.start()
        thread.join()
        assert seen == [{}]


class TestLevels:
    def test_each_part_has_its_own(self, written: Lines) -> None:
        for name in ("stockapp.web.errors", "stockapp.fetching.race", "stockapp.fetching.lane"):
            logging.getLogger(name).debug(name)
            logging.getLogger(name).info(name)
        assert [(line["event"], line["level"]) for line in written()] == [
            ("stockapp.fetching.race", "debug"),
            ("stockapp.fetching.race", "info"),
            ("stockapp.fetching.lane", "info"),
        ]

    def test_libraries_can_be_named_and_misspelt_parts_are_refused(self) -> None:
        assert levels.parse(" urllib3=DEBUG, tasks = ERROR,") == {
            "urllib3": "DEBUG",
            "stockapp.tasks": "ERROR",
        }
        for wrong, why in {
            "fetchin=DEBUG": "there is no part 'fetchin'; there are analysis",
            "web": "'web' is not like fetching=DEBUG",
            "web=LOUD": "levels are DEBUG, INFO",
            "a b=DEBUG": "there is no part 'a b'",
        }.items():
            with pytest.raises(ValueError, match=why):
                levels.parse(wrong)

    def test_all_parts_of_the_source_can_be_named(self) -> None:
        source = Path(logs.__file__).parent
        folders = {path.name for path in source.iterdir() if (path / "__init__.py").exists()}
        assert set(levels.PARTS) == folders - {"domain", "ports", "settings"}


class TestSecrets:
    @pytest.mark.parametrize(
        "text",
        [
            "GET https://example.com/quote?symbol=A&apikey=abc123secret&x=1",
            "GET https://example.com/quote?access_key=abc123secret",
            "headers {'Authorization': 'Bearer abc123secret', 'Accept': '*/*'}",
            "Authorization: Basic abc123secret",
            'cookies {"Cookie": "session=abc123secret; theme=dark"}',
            "Set-Cookie: session=abc123secret; HttpOnly",
            "form {'password': 'abc123secret', 'name': 'me'}",
            "ImmutableMultiDict([]) csrf_token=abc123secret",
            "X-CSRF-Token: abc123secret",
            "crumb=abc123secret",
        ],
    )
    def test_what_is_called_a_secret_is_hidden_though_nobody_knows_it(
        self, written: Lines, text: str
    ) -> None:
        logging.getLogger("urllib3").warning(text)
        logging.getLogger("stockapp").warning("told", extra={"what": text})
        try:
            raise RuntimeError(text)
        except RuntimeError:
            logging.getLogger("stockapp").exception("failed")
        lines = written()
        assert len(lines) == 3
        assert "abc123secret" not in json.dumps(lines)
        assert json.dumps(lines).count("[hidden]") >= 3

    def test_known_keys_are_hidden_wherever_they_stand(self, written: Lines) -> None:
        logging.getLogger("stockapp").warning("a %s", KEY, extra={"b": [KEY]})
        logging.getLogger("urllib3").warning("GET /q?f=k3y%2Bwith/signs&g=k3y%2Bwith%2Fsigns")
        assert "k3y" not in json.dumps(written())

    def test_what_the_server_says_of_a_worker_is_told_alike(self, written: Lines) -> None:
        logging.getLogger("gunicorn.error").error("Error handling request /q?key=%s", KEY)
        assert written()[0]["event"] == "Error handling request /q?key=[hidden]"

    def test_what_people_read_is_left_as_it_is(self, written: Lines) -> None:
        text = "AAPL from yahoo/quote: 3 of 5, and the token was no longer good"
        logging.getLogger("stockapp").warning(text)
        assert written()[0]["event"] == text
