"""Sending tasks to those who do them."""

import logging
from collections.abc import Callable
from contextlib import suppress

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from stockapp import context
from stockapp.backends.distributed.celery_app import RUN, TASKS, queue_key
from stockapp.backends.distributed.link import RedisLink
from stockapp.ports import StoreTrouble

logger = logging.getLogger(__name__)

# A connection that was closed meanwhile is replaced once; without retries that takes seconds.
_AT_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}

# The oldest go where nobody takes any; workers look for tasks without them, too.
_MOST_WAKE_UPS = 1000


def send(celery: Celery, link: RedisLink) -> Callable[[str], None]:
    """What wakes a worker for a task. Whatever gets lost, workers look for themselves later."""

    def wake(task_id: str) -> None:
        try:
            # What is logged elsewhere names the request, too.
            args = [task_id, context.ids().get(context.REQUEST)]
            celery.send_task(RUN, args=args, ignore_result=True, retry_policy=_AT_ONCE)
        except (OperationalError, RedisError, OSError) as error:
            logger.warning(
                "no worker was woken", extra={"task_id": task_id, "error": type(error).__name__}
            )
        else:
            keep_short(link)

    return wake


def keep_short(link: RedisLink) -> None:
    """To be called by whoever has left a message for those who do tasks."""
    queue = queue_key(link.prefix, TASKS)
    with suppress(StoreTrouble):
        link.ask(lambda client: client.ltrim(queue, 0, _MOST_WAKE_UPS - 1))
