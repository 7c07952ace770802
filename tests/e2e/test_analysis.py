"""Analyses as tasks of real workers: joined, cached, made anew by other choices, stopped, saved."""

import os
import signal
from typing import Any

import pytest

from tests.upstream.world import price_of

from .bureau import FETCHES, STAGES, STATEMENTS, Bureau
from .server import eventually

END = ("completed", "failed", "cancelled")
MARKET = {"history": "^GSPC", "quote": "^TNX"}


def test_an_analysis_is_a_task_whose_items_are_its_stages_and_whose_stream_tells_of_each(
    bureau: Bureau,
) -> None:
    symbol = bureau.new()
    bureau.hang("profile")
    answer = bureau.start(symbol)
    task = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/tasks/{task['id']}" == task["poll_url"]
    assert int(answer.headers["Retry-After"]) > 0
    assert (task["kind"], task["params"]["symbol"]) == ("analysis", symbol)
    assert [item["key"] for item in task["items"]] == list(STAGES)
    told = bureau.stream(task["id"])
    first = next(told)
    assert (first.event, first.json["id"]) == ("snapshot", task["id"])
    bureau.let_go("profile")
    rest = list(told)
    assert [message.event for message in rest if message.event in END] == ["completed"]
    assert rest[-1].event == "completed"
    ids = [message.id for message in rest if message.id is not None]
    assert ids == sorted(set(ids))
    ended = {item["key"]: item["state"] for m in rest if m.event == "item" for item in _items(m)}
    # What ended before the stream was opened is in its snapshot.
    before = {item["key"]: item["state"] for item in first.json["items"]}
    assert {**before, **ended} == dict.fromkeys(STAGES, "ok")
    assert ended["profile"] == ended["store"] == "ok"
    assert rest[-1].json["result"]["analysis"]["symbol"] == symbol


def _items(message: Any) -> list[dict[str, Any]]:
    told = message.json
    items: list[dict[str, Any]] = told.get("items", [told])
    return items


def test_progress_never_goes_back_and_ends_at_the_whole(bureau: Bureau) -> None:
    task_id = bureau.start(bureau.new()).json()["id"]
    told = [m.json for m in bureau.stream(task_id) if m.event in ("progress", *END)]
    shown = [entry.get("progress", entry)["percent"] for entry in told]
    assert shown == sorted(shown)
    assert shown[-1] == 100.0


def test_who_prefers_to_wait_gets_the_analysis_itself(bureau: Bureau) -> None:
    symbol = bureau.new()
    path = f"/api/analyze/{symbol.lower()}/async"
    answer = bureau.server.get(path, headers={"Prefer": "wait=30"})
    assert answer.status_code == 200
    assert answer.headers["Preference-Applied"] == "wait=30"
    told = answer.json()
    assert (told["status"], told["cached"]) == ("completed", False)
    analysis = told["analysis"]
    assert analysis["symbol"] == symbol
    assert analysis["price"]["amount"] == price_of(symbol, 0)
    assert analysis["report"]["valuation"]["fair_value"]["value"] > 0
    assert len(analysis["report"]["years"]) == 4
    assert [origin["stage"] for origin in analysis["origins"]] == list(STAGES[:-1])


def test_an_analysis_under_way_is_joined_and_never_done_twice(bureau: Bureau) -> None:
    symbol = bureau.new()
    bureau.hang("profile")
    started = bureau.start(symbol).json()
    path = f"/api/analyze/{symbol}/async"
    # Each on a connection of its own, so that either worker may be asked.
    joined = [bureau.server.get(path).json() for _ in range(6)]
    assert {task["id"] for task in joined} == {started["id"]}
    assert all("already under way" in task["message"] for task in joined)
    bureau.let_go("profile")
    assert bureau.ended(started["id"])["status"] == "completed"
    assert sorted(bureau.asked(symbol)) == sorted(FETCHES)


def test_analyses_by_other_choices_at_the_same_time_ask_for_everything_once(
    bureau: Bureau,
) -> None:
    symbol = bureau.new()
    bureau.hang("profile", "timeseries")
    choices: list[dict[str, Any]] = [{}, {"growth": 0.01}, {"analysis_weights": "1,0,0"}]
    ids = [bureau.start(symbol, **chosen).json()["id"] for chosen in choices]
    assert len(set(ids)) == 3
    assert bureau.waits_for("profile", "timeseries/income")
    bureau.let_go("profile", "timeseries")
    assert [bureau.ended(task_id)["status"] for task_id in ids] == ["completed"] * 3
    assert sorted(bureau.asked(symbol)) == sorted(FETCHES)


def test_a_fresh_analysis_is_told_at_once_by_every_worker(bureau: Bureau) -> None:
    symbol = bureau.new()
    made = bureau.analyse(symbol)["analysis"]
    with bureau.nobody_asked():
        answers = [bureau.start(symbol) for _ in range(6)]
        answers += [bureau.server.get(f"/api/analyze/{symbol}/cached") for _ in range(6)]
    for answer in answers:
        told = answer.json()
        assert (answer.status_code, told["cached"], told["task"]) == (200, True, None)
        assert answer.headers["Cache-Status"].startswith("stockapp; hit; ttl=")
        assert told["analysis"]["freshness"] == "fresh"
        assert {name: told["analysis"][name] for name in made} == made


def test_what_was_never_analysed_is_started_by_asking_for_what_is_cached(bureau: Bureau) -> None:
    symbol = bureau.new()
    answer = bureau.server.get(f"/api/analyze/{symbol}/cached")
    assert answer.status_code == 202
    assert answer.headers["Cache-Status"] == "stockapp; fwd=miss"
    assert bureau.ended(answer.json()["id"])["status"] == "completed"
    assert bureau.server.get(f"/api/analyze/{symbol}/cached").status_code == 200


# What to choose, where it is told again in the analysis, and as what.
CHOICES: list[tuple[dict[str, Any], str, Any]] = [
    ({"business_type": "bank"}, "business_type", "bank"),
    ({"growth": "0.02"}, "growth", 0.02),
    ({"discount_rate": "0.11"}, "discount_rate", 0.11),
    ({"terminal_growth": "0.01"}, "terminal_growth", 0.01),
]


@pytest.mark.parametrize(
    ("choice", "field", "value"), CHOICES, ids=[field for _, field, _ in CHOICES]
)
def test_another_assumption_gives_another_value_and_asks_nobody(
    bureau: Bureau, choice: dict[str, str], field: str, value: Any
) -> None:
    symbol = bureau.new()
    usual = bureau.analyse(symbol)["analysis"]["report"]["valuation"]
    chosen = bureau.again(symbol, **choice)["report"]["valuation"]
    assert chosen[field] == value != usual[field]
    assert chosen["fair_value"]["value"] != usual["fair_value"]["value"]
    # Who chooses nothing is not touched by it, and the same choice is made once.
    assert bureau.again(symbol)["report"]["valuation"] == usual
    assert bureau.again(symbol, **choice)["report"]["valuation"] == chosen


def test_what_one_worker_fetched_serves_another_also_where_that_knew_of_nothing(
    bureau: Bureau,
) -> None:
    symbol = bureau.new()
    bureau.start(symbol)
    # Until a moment ago both are asked again and again, and have nothing.
    assert eventually(lambda: bureau.start(symbol).status_code == 200)
    for number in range(8):
        analysis = bureau.again(symbol, growth=number / 100)
        assert analysis["report"]["valuation"]["growth"] == number / 100
        assert (len(analysis["report"]["years"]), analysis["company"]["symbol"]) == (4, symbol)
        assert analysis["price"] and analysis["figures"]


@pytest.mark.parametrize("weights", ["0,0,3", '{"asset": 0.2}', '{"dcf": 0, "epv": 0, "asset": 1}'])
def test_other_weights_give_the_value_they_say_and_ask_nobody(bureau: Bureau, weights: str) -> None:
    symbol = bureau.new()
    bureau.analyse(symbol)
    worth = bureau.again(symbol, analysis_weights=weights)["report"]["valuation"]
    (asset,) = [method for method in worth["methods"] if method["key"] == "asset"]
    assert worth["fair_value"]["value"] == asset["value"]
    assert worth["fair_value"]["weights"] == {"asset": 1.0}


def test_weights_are_made_to_sum_to_one_also_from_a_json_body(bureau: Bureau) -> None:
    symbol = bureau.new()
    bureau.analyse(symbol)
    body = {"analysis_weights": {"dcf": 3, "epv": 1}, "discount_rate": 0.1}
    with bureau.nobody_asked():
        answer = bureau.server.post(f"/api/analyze/{symbol}/async", json=body)
    assert (answer.status_code, answer.json()["cached"]) == (200, True)
    worth = answer.json()["analysis"]["report"]["valuation"]
    values = {method["key"]: method["value"] for method in worth["methods"]}
    assert worth["fair_value"]["weights"] == {"dcf": 0.75, "epv": 0.25}
    expected = 0.75 * values["dcf"] + 0.25 * values["epv"]
    assert worth["fair_value"]["value"] == pytest.approx(expected)


def test_an_analysis_by_force_and_by_choices_leaves_no_older_one_behind(bureau: Bureau) -> None:
    symbol = bureau.new()
    bureau.analyse(symbol)
    bureau.upstream.configure(tick=200)
    chosen = bureau.analyse(symbol, force="true", growth="0.03")["analysis"]
    assert bureau.again(symbol)["price"] == chosen["price"]


def test_what_was_made_of_old_data_says_how_old_that_is(bureau: Bureau) -> None:
    symbol = bureau.new()
    bureau.analyse(symbol)
    bureau.upstream.fault("*", "status", status=500)
    again = bureau.analyse(symbol, force="true")["analysis"]
    assert again["data_at"] < again["made_at"]
    assert again["incomplete"] is True


def test_force_asks_for_everything_anew_but_what_all_analyses_share_only_once(
    bureau: Bureau,
) -> None:
    symbol = bureau.new()
    bureau.analyse(symbol)
    bureau.upstream.reset()
    bureau.upstream.configure(tick=4)
    analysis = bureau.analyse(symbol, force="true")["analysis"]
    assert sorted(bureau.asked(symbol)) == sorted(FETCHES)
    for route, market in MARKET.items():
        assert bureau.asked(market) == [route]
    assert analysis["price"]["amount"] == price_of(symbol, 4)


def test_all_that_does_not_hang_on_something_else_is_asked_for_at_the_same_time(
    bureau: Bureau,
) -> None:
    symbol = bureau.new()
    routes = ("quote", "history", "profile", "timeseries")
    bureau.hang(*routes)
    task_id = bureau.start(symbol, force="true").json()["id"]
    # None is answered before all are there, those for what all analyses share among them.
    assert bureau.waits_for(*FETCHES)
    for route, market in MARKET.items():
        assert eventually(lambda route=route, market=market: bureau.asked(market) == [route])  # type: ignore[misc]
    bureau.let_go(*routes)
    assert bureau.ended(task_id)["status"] == "completed"
    wanted = {symbol, *MARKET.values()}
    spans = [e for e in bureau.upstream.requests()["log"] if wanted & set(e["symbols"])]
    assert len(spans) == len(FETCHES) + len(MARKET)
    assert max(entry["at"] for entry in spans) < min(entry["until"] for entry in spans)


def test_a_cancel_in_the_middle_ends_it_at_once_and_nothing_completes_it_later(
    bureau: Bureau,
) -> None:
    symbol = bureau.new()
    bureau.hang("timeseries", "history")
    task_id = bureau.start(symbol).json()["id"]
    told = bureau.stream(task_id)
    next(told)
    assert bureau.waits_for("timeseries/income", "history")
    assert eventually(lambda: bureau.states(task_id)["profile"] == "ok")
    answer = bureau.server.delete(f"/api/tasks/{task_id}")
    assert answer.status_code in (200, 202)
    # The sources still hang: nobody waited for them.
    assert bureau.upstream.under_way()
    assert [message.event for message in told if message.event in END] == ["cancelled"]
    states = bureau.states(task_id)
    assert states["profile"] == "ok"
    assert {states[name] for name in (*STATEMENTS, "valuation", "store")} == {"cancelled"}
    assert eventually(lambda: not runners(bureau))
    bureau.let_go("timeseries", "history")
    assert eventually(lambda: not bureau.upstream.under_way())
    assert bureau.task(task_id)["status"] == "cancelled"
    assert bureau.states(task_id) == states
    replay = [message.event for message in bureau.stream(task_id)]
    assert [event for event in replay if event in END] == ["cancelled"]
    again = bureau.server.delete(f"/api/tasks/{task_id}")
    assert (again.status_code, again.json()["code"]) == (409, "task_ended")


def test_after_a_cancel_another_analysis_goes_on_from_what_was_there(bureau: Bureau) -> None:
    symbol = bureau.new()
    bureau.hang("timeseries")
    first = bureau.start(symbol).json()["id"]
    assert eventually(lambda: bureau.states(first)["profile"] == "ok")
    bureau.server.delete(f"/api/tasks/{first}")
    bureau.let_go("timeseries")
    second = bureau.run(symbol)
    assert (second["status"], second["id"] != first) == ("completed", True)
    assert bureau.asked(symbol).count("profile") == 1


@pytest.mark.embedded("gunicorn's master tells which of its workers died")
def test_an_analysis_survives_the_death_of_the_worker_that_runs_it(bureau: Bureau) -> None:
    symbol = bureau.new()
    assert eventually(lambda: not runners(bureau))
    bureau.hang("timeseries")
    task_id = bureau.start(symbol).json()["id"]
    assert bureau.waits_for("timeseries/income")
    done = ("price", "profile", "history")
    assert eventually(lambda: {bureau.states(task_id)[stage] for stage in done} == {"ok"})
    assert eventually(lambda: len(runners(bureau)) == 1)
    os.kill(runners(bureau)[0], signal.SIGKILL)
    assert eventually(lambda: bureau.task(task_id)["retries"] == 1)
    bureau.let_go("timeseries")
    task = bureau.ended(task_id)
    assert (task["status"], task["retries"]) == ("completed", 1)
    # What had been fetched by then was not fetched again.
    asked = bureau.asked(symbol)
    assert [asked.count(route) for route in ("quote", "profile", "history")] == [1, 1, 1]
    assert eventually(lambda: len(bureau.server.workers()) == 2)


def runners(bureau: Bureau) -> list[int]:
    """The live processes that run tasks, as far as they have told."""
    busy = [worker["pid"] for worker in bureau.server.workers() if worker["running_tasks"]]
    return [pid for pid in busy if pid in bureau.server.worker_pids()]


class TestLists:
    @pytest.fixture
    def watched(self, bureau: Bureau) -> list[str]:
        """The whole watchlist; the last of it is known to nobody."""
        for item in bureau.server.get("/api/watchlist").json()["items"]:
            bureau.server.delete(f"/api/watchlist/{item['symbol']}")
        symbols = [bureau.new(), bureau.new("BANK"), bureau.new("^I"), bureau.new("NOPE")]
        for symbol in symbols:
            body = {"symbol": symbol, "accept_unknown": True}
            assert bureau.server.post("/api/watchlist", json=body).status_code == 201
        return symbols

    def test_all_of_a_list_are_analysed_by_one_task_with_an_item_for_each(
        self, bureau: Bureau, watched: list[str]
    ) -> None:
        bureau.hang("profile")
        started = bureau.server.post("/api/watchlist/analyze-async")
        task = started.json()
        assert (started.status_code, task["kind"]) == (202, "analysis_all")
        assert [item["key"] for item in task["items"]] == watched
        joined = [bureau.server.get("/api/watchlist/analyze-async").json() for _ in range(4)]
        assert {other["id"] for other in joined} == {task["id"]}
        bureau.let_go("profile")
        ended = bureau.ended(task["id"])
        assert ended["status"] == "completed"
        assert ended["progress"]["percent"] == 100.0
        assert ended["result"]["summary"] == {"ok": 3, "failed": 1}
        states = dict(zip(watched, ("ok", "ok", "ok", "failed"), strict=True))
        assert bureau.states(task["id"]) == states
        failed = ended["result"]["analyses"][watched[-1]]
        assert (failed["success"], failed["error"]["code"]) == (False, "not_found")
        # Each is as good as one that was asked for by itself.
        for symbol in watched[:-1]:
            line = ended["result"]["analyses"][symbol]
            worth = bureau.again(symbol)["report"]["valuation"]
            assert line["verdict"] == (worth["verdict"] if worth else "none")

    def test_the_list_shows_the_last_verdict_of_each(
        self, bureau: Bureau, watched: list[str]
    ) -> None:
        rows = bureau.server.get("/api/watchlist/cached").json()["items"]
        assert [row["analysis"] for row in rows] == [None] * 4
        share, _, index, _ = watched
        worth = bureau.analyse(share)["analysis"]["report"]["valuation"]
        bureau.analyse(index)
        bureau.again(share, growth="0.01")
        # Whichever worker is asked.
        for _ in range(6):
            rows = bureau.server.get("/api/watchlist/cached").json()["items"]
            told = {row["symbol"]: row["analysis"] for row in rows}
            line = told[share]
            assert line["verdict"] == worth["verdict"]
            assert line["fair_value"] == worth["fair_value"]["value"]
            assert line["margin"] == worth["fair_value"]["margin"]
            assert (line["currency"], line["freshness"]) == ("USD", "fresh")
            assert (told[index]["verdict"], told[index]["fair_value"]) == ("none", None)
            assert [told[symbol] for symbol in watched[1::2]] == [None, None]

    def test_a_cancel_ends_the_whole_list_and_keeps_what_is_done(
        self, bureau: Bureau, watched: list[str]
    ) -> None:
        share, _, index, _ = watched
        # Of the index no statements are asked for, so it gets through.
        bureau.hang("timeseries")
        task_id = bureau.server.post("/api/watchlist/analyze-async").json()["id"]
        assert eventually(lambda: bureau.states(task_id)[index] == "ok")
        assert bureau.server.delete(f"/api/tasks/{task_id}").status_code in (200, 202)
        assert bureau.task(task_id)["status"] == "cancelled"
        bureau.let_go("timeseries")
        assert eventually(lambda: not bureau.upstream.under_way())
        states = bureau.states(task_id)
        assert (states[index], states[share]) == ("ok", "cancelled")
        assert bureau.again(index)["symbol"] == index

    def test_an_empty_list_is_a_problem_that_says_so(
        self, bureau: Bureau, watched: list[str]
    ) -> None:
        for symbol in watched:
            bureau.server.delete(f"/api/watchlist/{symbol}")
        answer = bureau.server.post("/api/watchlist/analyze-async")
        assert (answer.status_code, answer.json()["code"]) == (409, "empty_watchlist")
