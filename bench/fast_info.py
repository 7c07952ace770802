"""The usual way, for comparison: yfinance's fast_info in a pool of 32 threads.

`python -m bench.fast_info UPSTREAM COUNT` prints the seconds it took. The session is ours, for it
keeps the cookie: with yfinance's own, which asks for it again each time here, it is slower still.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import yfinance

from stockapp.fetching.yahoo_session import YahooSession


def price(session: YahooSession, symbol: str) -> float:
    found: list[float] = []

    def ask() -> Any:
        info = yfinance.Ticker(symbol, session=session).fast_info
        # As much as one of our quotes holds.
        found.append(float(info["lastPrice"]))
        assert info["currency"]
        assert info["previousClose"]

    session.within(120, ask)
    return found[0]


def main() -> None:
    session = YahooSession(sys.argv[1], under_gevent=False)
    symbols = [f"F{n}" for n in range(int(sys.argv[2]))]
    price(session, "WARM")
    begun = time.monotonic()
    with ThreadPoolExecutor(32) as pool:
        prices = list(pool.map(lambda symbol: price(session, symbol), symbols))
    assert all(value > 0 for value in prices)
    print(time.monotonic() - begun)


if __name__ == "__main__":
    main()
