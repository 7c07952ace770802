"""Computing by a real worker of the CPU queue, which is held to the same contract."""

import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery
from redis import Redis

from stockapp.analysis.report import analyse
from stockapp.analysis.valuation.fair_value import BadWeights
from stockapp.backends.distributed import remote_executor
from stockapp.backends.distributed.celery_app import configure
from stockapp.backends.distributed.computing import NotRegistered, pulse_key
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.remote_executor import RemoteExecutor
from stockapp.domain.choices import Choices
from stockapp.domain.research import Part
from stockapp.ports import StoreTrouble
from stockapp.providers.base import Answer
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.research import SimulatedResearch, research_body
from tests.analysis import builders
from tests.redis_server import RedisServer, running_redis
from tests.tasks.workers import eventually

from . import computing
from .backends import Backends, SetClock
from .computation import ComputingContract
from .cpu_worker import COMPUTATIONS, ROOT, environment, running_worker
from .cpu_worker import executor as open_executor
from .embedded import open_embedded
from .executor import ExecutorContract

# As many as tests.contract.gevent_waiters has.
GREENLETS = 50


@pytest.fixture(scope="module")
def prefix(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """That of the keys of a worker that runs."""
    prefix = f"test*[{uuid.uuid4().hex}]:"
    log = tmp_path_factory.mktemp("worker") / "log"
    with running_worker(redis_server.url, prefix, log):
        yield prefix


@pytest.fixture
def executor(redis_server: RedisServer, prefix: str) -> Iterator[RemoteExecutor]:
    executor = open_executor(redis_server.url, prefix)
    yield executor
    executor.close()


@pytest.fixture
def open_backends(
    tmp_path: Path, clock: SetClock, redis_server: RedisServer
) -> Callable[[], Backends]:
    """The embedded set with its computing elsewhere."""

    def open_one() -> Backends:
        backends = open_embedded(tmp_path, clock)
        return dataclasses.replace(backends, executor=open_executor(redis_server.url, "none:"))

    return open_one


@pytest.fixture
def alone(redis_server: RedisServer) -> Iterator[RemoteExecutor]:
    """One without any worker."""
    executor = open_executor(redis_server.url, "alone:")
    yield executor
    executor.close()
    assert eventually(lambda: keys(redis_server, "alone:celery:cpu") == [])


def keys(server: RedisServer, pattern: str) -> list[str]:
    return [str(key) for key in Redis.from_url(server.url, decode_responses=True).keys(pattern)]


class TestExecutor(ExecutorContract): ...


class TestComputing(ComputingContract): ...


class TestWhatIsSent:
    def test_comes_back_as_if_it_had_been_computed_here(self, executor: RemoteExecutor) -> None:
        inputs = builders.inputs(
            builders.statements([{"revenue": 100.0, "net_income": 10.0, "equity": 50.0}]),
            about=builders.company(sector="Technology"),
        )
        assert executor.run_cpu(analyse, inputs, timeout_seconds=60) == analyse(inputs)

    def test_may_be_a_method_of_another_object_of_the_class(self, executor: RemoteExecutor) -> None:
        body = research_body(Exchange(1), Part.HISTORY, "LARK.SIM", builders.NOW)
        answer = Answer(200, {}, body, builders.NOW)
        parse = SimulatedResearch().parse
        found = executor.run_cpu(parse, Part.HISTORY, "LARK.SIM", answer, timeout_seconds=60)
        assert found == parse(Part.HISTORY, "LARK.SIM", answer)

    def test_may_fail_by_an_error_of_ours(self, executor: RemoteExecutor) -> None:
        inputs = builders.inputs(
            builders.statements([{"revenue": 100.0}]), choices=Choices(weights={"astrology": 1.0})
        )
        with pytest.raises(BadWeights, match="There is no method 'astrology'"):
            executor.run_cpu(analyse, inputs, timeout_seconds=60)

    def test_must_be_registered(self, alone: RemoteExecutor, redis_server: RedisServer) -> None:
        with pytest.raises(NotRegistered, match="divmod"):
            alone.run_cpu(divmod, 7, 3, timeout_seconds=60)
        assert keys(redis_server, "alone:*") == []

    def test_leaves_nothing_in_redis(
        self, executor: RemoteExecutor, redis_server: RedisServer, prefix: str
    ) -> None:
        executor.run_cpu(computing.add, 1, 2, timeout_seconds=60)
        assert [*keys(redis_server, "*:comput*"), *keys(redis_server, "*:taken:*")] == []

    def test_can_be_many_things_at_once(self, executor: RemoteExecutor) -> None:
        answers: dict[int, int] = {}

        def ask(number: int) -> None:
            answers[number] = executor.run_cpu(computing.add, number, number, timeout_seconds=60)

        threads = [threading.Thread(target=ask, args=[number]) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == {number: 2 * number for number in range(20)}


class TestWithoutAWorker:
    def test_it_is_said_what_to_start(
        self, alone: RemoteExecutor, redis_server: RedisServer
    ) -> None:
        with pytest.raises(TimeoutError, match=r"within 0\.2 s.*`stockapp worker --cpu`"):
            alone.run_cpu(computing.fail, "x" * 100_000, timeout_seconds=0.2)
        assert keys(redis_server, "alone:comput*") == []
        assert keys(redis_server, "alone:celery:cpu") == []

    def test_only_a_name_and_an_id_are_in_the_message(
        self, alone: RemoteExecutor, redis_server: RedisServer
    ) -> None:
        asking = alone.submit(alone.run_cpu, computing.fail, "x" * 100_000, timeout_seconds=60)
        client = Redis.from_url(redis_server.url)
        assert eventually(lambda: client.llen("alone:celery:cpu") == 1)
        (message,) = client.lrange("alone:celery:cpu", 0, -1)
        assert len(message) < 2_000
        assert json.loads(message)["content-type"] == "application/json"
        alone.close()
        with pytest.raises(RuntimeError, match="closed"):
            asking.result(60)

    def test_messages_stay_for_which_others_wait(
        self, alone: RemoteExecutor, redis_server: RedisServer
    ) -> None:
        with pytest.raises(TimeoutError):
            alone.run_cpu(computing.add, 1, 2, timeout_seconds=0.1)
        waiting = alone.submit(alone.run_cpu, computing.add, 3, 4, timeout_seconds=60)
        client = Redis.from_url(redis_server.url)
        assert eventually(lambda: client.llen("alone:celery:cpu") == 1)
        # The message of who came later goes when that one does.
        with pytest.raises(TimeoutError):
            alone.run_cpu(computing.add, 5, 6, timeout_seconds=0.1)
        assert client.llen("alone:celery:cpu") == 2
        alone.close()
        with pytest.raises(RuntimeError, match="closed"):
            waiting.result(60)

    def test_one_that_took_it_and_tells_nothing_is_not_waited_for_for_ever(
        self,
        alone: RemoteExecutor,
        redis_server: RedisServer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(remote_executor, "_GRACE_SECONDS", 0.3)
        with pytest.raises(TimeoutError, match="tells no more"):
            take(redis_server, lambda: alone.run_cpu(computing.die, timeout_seconds=0.5))

    def test_an_end_that_it_does_not_understand_is_told(
        self, alone: RemoteExecutor, redis_server: RedisServer
    ) -> None:
        failure = json.dumps({"status": "FAILURE", "result": {"exc_type": "NotRegistered"}})
        with pytest.raises(RuntimeError, match="NotRegistered"):
            take(redis_server, lambda: alone.run_cpu(computing.die, timeout_seconds=60), failure)

    def test_it_is_sent_once_more_when_the_worker_that_took_it_could_not_use_redis(
        self, alone: RemoteExecutor, redis_server: RedisServer
    ) -> None:
        failure = json.dumps({"status": "FAILURE", "result": {"exc_type": "StoreTrouble"}})
        with pytest.raises(TimeoutError, match="no CPU worker took it"):
            take(redis_server, lambda: alone.run_cpu(computing.die, timeout_seconds=3), failure)

    def test_closing_ends_the_wait(self, alone: RemoteExecutor, redis_server: RedisServer) -> None:
        waiting = alone.submit(alone.run_cpu, computing.add, 1, 2, timeout_seconds=60)
        while not keys(redis_server, "alone:computing:*"):
            time.sleep(0.01)
        alone.close()
        with pytest.raises(RuntimeError, match="closed"):
            waiting.result(60)
        assert keys(redis_server, "alone:computing:*") == []


def take(server: RedisServer, ask: Callable[[], object], failure: str = "") -> None:
    """Take what is asked for as a worker that lives, and say of it that it failed, or nothing."""

    def act() -> None:
        link = RedisLink(server.url, "alone:")
        while not (found := keys(server, "alone:computing:*")):
            time.sleep(0.01)
        id_ = found[0].rpartition(":")[2]
        link.ask(lambda client: client.set(pulse_key(link, "somebody"), "", ex=60))
        link.run("take", id_, "somebody", 60_000)
        if failure:
            name = f"alone:celery:celery-task-meta-{id_}"
            link.ask(lambda client: client.set(name, failure, ex=60))
        link.close()

    acting = threading.Thread(target=act)
    acting.start()
    try:
        ask()
    finally:
        acting.join()
        Redis.from_url(server.url).delete("alone:pulse:somebody")


class TestAWorkerThatIsKilledWhole:
    def test_what_it_computed_is_computed_by_another(
        self, redis_server: RedisServer, tmp_path: Path
    ) -> None:
        mark = tmp_path / "mark"
        executor = open_executor(redis_server.url, "two:")
        with (
            running_worker(redis_server.url, "two:", tmp_path / "one"),
            running_worker(redis_server.url, "two:", tmp_path / "other"),
        ):
            assert eventually(lambda: len(keys(redis_server, "two:pulse:*")) == 2, 60)
            asking = executor.submit(
                executor.run_cpu, computing.stay_once, str(mark), timeout_seconds=60
            )
            assert eventually(lambda: mark.exists() and bool(mark.read_text()), 60)
            os.killpg(int(mark.read_text()), signal.SIGKILL)
            assert asking.result(120) == "done"
        executor.close()

    def test_what_takes_longer_than_its_pulse_is_not_taken_for_lost(
        self, executor: RemoteExecutor, tmp_path: Path
    ) -> None:
        mark = tmp_path / "mark"
        asking = executor.submit(executor.run_cpu, computing.rest, 7.0, timeout_seconds=60)
        executor.run_cpu(computing.leave, "after it", str(mark), timeout_seconds=60)
        assert asking.result(60) == "rested"


def test_under_gevent_many_wait_and_the_hub_goes_on(redis_server: RedisServer, prefix: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.contract.gevent_waiters"],
        cwd=ROOT,
        env=environment(redis_server.url, prefix),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    assert report["sums"] == [2 * number for number in range(GREENLETS)]
    assert report["rested"] == "rested"
    # Some 500 turns, and not the 50 looks for the outcome alone.
    assert report["turns"] > 100


def test_what_nobody_waits_for_is_not_computed(executor: RemoteExecutor, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    busy = executor.submit(executor.run_cpu, computing.spin, 2.0, timeout_seconds=60)
    time.sleep(0.5)
    with pytest.raises(TimeoutError, match="no CPU worker took it"):
        executor.run_cpu(computing.leave, "too early ", str(mark), timeout_seconds=0.2)
    executor.run_cpu(computing.leave, "in time", str(mark), timeout_seconds=60)
    assert mark.read_text() == "in time"
    assert busy.result(60) == "done"


class TestARedisThatIsAway:
    def test_is_told_at_once_and_used_again_when_it_is_back(self, tmp_path: Path) -> None:
        with running_redis(tmp_path) as server:
            executor = open_executor(server.url, "away:")
            with pytest.raises(TimeoutError):
                executor.run_cpu(computing.add, 1, 2, timeout_seconds=0.2)
            server.stop()
            with pytest.raises(RuntimeError, match="Redis cannot be reached"):
                executor.run_cpu(computing.add, 1, 2, timeout_seconds=60)
            server.start()
            with running_worker(server.url, "away:", tmp_path / "log"):
                assert executor.run_cpu(computing.add, 1, 2, timeout_seconds=60) == 3
            executor.close()

    def test_is_told_as_well_when_it_goes_before_the_message(
        self, redis_server: RedisServer
    ) -> None:
        celery = configure("redis://127.0.0.1:1/0", "gone:", Celery("gone", set_as_current=False))
        link = RedisLink(redis_server.url, "gone:")
        executor = RemoteExecutor(celery, link, COMPUTATIONS, network_threads=1)
        with pytest.raises(RuntimeError, match="Redis cannot be reached"):
            executor.run_cpu(computing.add, 1, 2, timeout_seconds=60)
        assert keys(redis_server, "gone:*") == []
        executor.close()

    def test_is_trouble_of_the_store_too_where_only_the_worker_cannot_use_it(
        self, tmp_path: Path
    ) -> None:
        with running_redis(tmp_path) as server:
            Redis.from_url(server.url).execute_command(
                *("ACL", "SETUSER", "worker", "on", "nopass", "+@all", "allchannels", "~half:"),
                *(f"~half:{name}:*" for name in ("celery", "computing", "taken", "pulse")),
            )
            url = server.url.replace("redis://", "redis://worker:any@")
            executor = open_executor(server.url, "half:")
            with (
                running_worker(url, "half:", tmp_path / "log"),
                pytest.raises(StoreTrouble, match="the CPU worker cannot use Redis"),
            ):
                executor.run_cpu(computing.add, 1, 2, timeout_seconds=60)
            executor.close()

    def test_may_hang_and_nobody_hangs_with_it(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            executor = open_executor(f"redis://127.0.0.1:{mute.getsockname()[1]}/0", "mute:")
            with pytest.raises(RuntimeError, match="Redis does not answer"):
                executor.run_cpu(computing.add, 1, 2, timeout_seconds=60)
            executor.close()
