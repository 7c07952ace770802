"""What a stream does with events that come while it reads the past."""

from pathlib import Path

from stockapp.domain.task import Item, ItemState
from stockapp.web.task_stream import TaskStreams
from stockapp.web.wire import Wire
from tests.tasks.workers import Work, Worker

from .streams import messages


def test_an_event_that_is_in_the_snapshot_already_is_not_told_again(tmp_path: Path) -> None:
    work = Work()
    worker = Worker(tmp_path, work)
    try:
        items = [Item("one", ItemState.QUEUED), Item("two", ItemState.QUEUED)]
        task = worker.engine.submit("work", {}, items, "key").task
        streams = TaskStreams(worker.store, worker.log, worker.fanout, 0.1)
        heard = messages(streams.messages(task.id, None, streams.subscribe(task.id), Wire({})))
        snapshot = next(heard)
        assert snapshot.id is not None
        # As if it had been subscribed long before it read the snapshot.
        past = [event for event in worker.log.since(0) if event.id <= snapshot.id]
        worker.fanout.publish(past)
        work.open_all("one", "two")
        told = list(heard)
    finally:
        worker.close()
    ids = [message.id for message in told]
    assert all(event_id is not None and event_id > snapshot.id for event_id in ids)
    assert len(set(ids)) == len(ids)
    assert told[-1].event == "completed"
