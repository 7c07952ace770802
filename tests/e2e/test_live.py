"""Live mode on a real server."""

from pathlib import Path

from .server import eventually, serving
from .test_streams import connect


def test_a_list_fills_by_one_refresh_while_windows_are_open(
    tmp_path: Path,
) -> None:
    with serving(
        tmp_path,
        STOCKAPP_LIVE_MODE="true",
        STOCKAPP_LIVE_INTERVAL_SECONDS=600,
        STOCKAPP_SAMPLE="simulated",
        STOCKAPP_SIMULATED_LATENCY_MS=5,
    ) as server:
        windows = [connect(server, "/stream?watchlist=default&live=1") for _ in range(2)]

        def rows_without_a_price() -> int:
            items = server.get("/api/watchlist/cached").json()["items"]
            return sum(item["quote"] is None for item in items)

        assert eventually(lambda: rows_without_a_price() == 0)
        tasks = server.get("/api/tasks").json()["tasks"]
        refreshes = [task for task in tasks if task["kind"] == "live_prices"]
        assert [task["params"]["live"] for task in refreshes] == [True], "one for both windows"
        for window in windows:
            window.close()
