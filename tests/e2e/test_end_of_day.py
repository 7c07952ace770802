"""Closing prices on a real server that nobody looks at."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from stockapp.domain.freshness import Lifetime
from stockapp.domain.trading_hours import TradingHours
from stockapp.domain.watchlist import WatchlistItem
from tests.upstream.client import UpstreamServer
from tests.upstream.world import price_of

from .insides import backends_of
from .server import Server, eventually, running

HOUR = timedelta(hours=1)
SETTINGS: dict[str, Any] = {
    "STOCKAPP_SOURCES": "yahoo",
    "STOCKAPP_END_OF_DAY": "true",
    # Nothing is late, so that what is counted are not hedges.
    "STOCKAPP_REQUEST_TIMEOUT_SECONDS": 60,
    "STOCKAPP_SYMBOL_DEADLINE_SECONDS": 60,
    "STOCKAPP_HEDGE_MIN_SECONDS": 60,
    "STOCKAPP_HEDGE_MAX_SECONDS": 60,
}


def furnish(server: Server) -> None:
    """Two lists of which nothing was fetched yet; London closed an hour ago, Xetra in an hour."""
    now = datetime.now(UTC)
    with backends_of(server) as backends:
        for calendar, closes in (("XLON", now - HOUR), ("XETR", now + HOUR)):
            hours = TradingHours([(closes - 8 * HOUR, closes)], now - 200 * HOUR, now + 200 * HOUR)
            entry = {f"sessions:{calendar}": {"hours": hours.to_json()}}
            backends.cache.put_many(entry, Lifetime(86_400, 14 * 86_400))
        second = backends.watchlists.create("Second").name
        for name, symbols in (("default", ("VOD.L", "SAP.DE")), (second, ("BARC.L", "VOD.L"))):
            backends.watchlists.add(name, [WatchlistItem(symbol, now) for symbol in symbols])


def prices(server: Server, watchlist: str) -> dict[str, float | None]:
    told = server.get(f"/api/watchlist/cached?watchlist={watchlist}").json()["items"]
    return {row["symbol"]: row["quote"] and row["quote"]["price"] for row in told}


def test_rows_whose_market_has_closed_are_fetched_once_with_nobody_watching(
    tmp_path: Path,
) -> None:
    with UpstreamServer() as upstream:
        settings: dict[str, Any] = {**SETTINGS, **upstream.settings}
        server = Server(tmp_path, **settings)
        furnish(server)
        with running(server):
            fetched_once(server, upstream)


def fetched_once(server: Server, upstream: UpstreamServer) -> None:
    vod, barc = price_of("VOD.L", 0), price_of("BARC.L", 0)
    assert eventually(lambda: prices(server, "second") == {"BARC.L": barc, "VOD.L": vod})
    assert prices(server, "default") == {"VOD.L": vod, "SAP.DE": None}
    asked = [symbol for entry in upstream.requests()["log"] for symbol in entry["symbols"]]
    assert sorted(filter(None, asked)) == ["BARC.L", "VOD.L"]
    tasks = server.get("/api/tasks").json()["tasks"]
    assert [task["params"]["live"] for task in tasks] == [True, True]
