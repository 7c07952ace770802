"""Messages for those who do tasks, where nobody does any: the oldest go."""

import uuid
from pathlib import Path

import pytest
from celery import Celery
from redis import Redis

from stockapp.backends.distributed.celery_app import LIVE, TASKS, configure, queue_key
from stockapp.backends.distributed.errands import send
from stockapp.backends.distributed.link import RedisLink
from tests.e2e.server import eventually
from tests.nodes import settings_of_a_new_installation, working

MOST = 1000


class Queue:
    """That of an installation on which nobody does tasks, with more messages than it may hold."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.url, self.prefix = settings["STOCKAPP_REDIS_URL"], settings["STOCKAPP_REDIS_PREFIX"]
        self._redis = Redis.from_url(self.url, decode_responses=True)
        self._name = queue_key(self.prefix, TASKS)
        self._redis.lpush(self._name, *[f"message {number}" for number in range(2 * MOST)])

    def messages(self) -> list[str]:
        """The newest first."""
        return [str(message) for message in self._redis.lrange(self._name, 0, -1)]


@pytest.fixture
def settings() -> dict[str, str]:
    return settings_of_a_new_installation()


def test_who_begins_a_task_leaves_no_more_than_the_newest(settings: dict[str, str]) -> None:
    queue = Queue(settings)
    celery = configure(queue.url, queue.prefix, Celery("tests", set_as_current=False))
    task_id = uuid.uuid4().hex
    send(celery, RedisLink(queue.url, queue.prefix))(task_id)
    newest, *others = queue.messages()
    assert task_id in newest
    assert others == [f"message {2 * MOST - number}" for number in range(1, MOST)]


def test_beat_leaves_no_more_than_the_newest(settings: dict[str, str], tmp_path: Path) -> None:
    queue = Queue(settings)
    with working(settings, tmp_path / "log", ("beat",)):
        assert eventually(lambda: len(queue.messages()) == MOST, 60), (tmp_path / "log").read_text()
        assert any(LIVE in message for message in queue.messages())
