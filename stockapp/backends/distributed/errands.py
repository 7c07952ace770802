"""Sending tasks to those who do them."""

import logging
from collections.abc import Callable

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from stockapp import context
from stockapp.backends.distributed.celery_app import RUN

logger = logging.getLogger(__name__)

# A connection that was closed meanwhile is replaced once; without retries that takes seconds.
_AT_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


def send(celery: Celery) -> Callable[[str], None]:
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

    return wake
