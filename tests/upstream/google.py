"""Google Finance: pages in both layouts, full of other instruments."""

import time
from typing import Any
from urllib.parse import unquote

import orjson

from tests.upstream.world import Reply, currency_of, is_known, price_of

HOSTS = {"www.google.com"}
ROUTE = "google"
_EXCHANGES = {"LON": ".L", "TYO": ".T", "TSE": ".TO"}
# Listed where; all else in the USA is on NASDAQ.
_ON_THE_NYSE = ("BRK.B", "IBM")


def route_of(host: str, path: str, query: str) -> str:
    return ROUTE


def symbols_of(path: str, query: str) -> list[str]:
    ticker, _, exchange = unquote(path.rsplit("/", 1)[1]).partition(":")
    if exchange in _EXCHANGES:
        return [ticker + _EXCHANGES[exchange]]
    if not exchange and "-" in ticker:
        base, quoted = ticker.split("-")
        return [ticker if base in ("BTC", "ETH") else f"{base}{quoted}=X"]
    return [ticker.replace(".", "-")]


def answer(path: str, query: str, symbols: list[str], tick: int) -> Reply:
    name, symbol = unquote(path.rsplit("/", 1)[1]), symbols[0]
    ticker, _, exchange = name.partition(":")
    here = "NYSE" if ticker in _ON_THE_NYSE else "NASDAQ"
    known = is_known(symbol) and exchange in (*_EXCHANGES, "", here)
    if symbol.startswith("OTHER"):
        name = f"{symbol}:{exchange}"
    return page(name, symbol, tick, known=known, new_layout=len(symbol) % 2 == 0)


def page(name: str, symbol: str, tick: int, *, known: bool, new_layout: bool) -> Reply:
    ticker, _, exchange = name.partition(":")
    price, now = price_of(symbol, tick), int(time.time())
    pair = not exchange
    row: list[Any] = [None] * 26
    row[0] = "/m/0abc"
    row[1] = None if pair else [ticker, exchange]
    row[2] = f"{symbol} Holdings"
    row[3] = 3 if pair else 0
    row[4] = None if pair else currency_of(symbol).replace("GBp", "GBX")
    row[5] = [price, 1.5, 0.7, 2, 2, 2]
    row[7] = round(price * 0.98, 2)
    row[11] = [now]
    row[12], row[13] = "UTC", 0
    row[15] = ["/g/1", ticker[:3], ticker[4:]] if pair else None
    row[17] = [now - 900]
    row[21] = None if pair else name
    data = [[[row]]] if known else [[[None, [5]]]]
    others = [[["/m/1", ["GLW", "NYSE"], "Corning", 0, "USD", [1.0, 0.1, 0.1]]]] * 5
    path = f"beta/quote/{name}" if new_layout else f"quote/{name}"
    tag = (
        '<div jsname="AS5Pxb" data-fh-rtpid="1"></div>'
        if new_layout
        else f'<div jsname=AS5Pxb data-exchange="{exchange}" data-last-price="1.0"></div>'
    )
    body = (
        f'<!doctype html><html lang="en"><head><title>{ticker} - Google Finance</title>'
        f'<link rel="canonical" href="https://www.google.com/finance/{path}"></head><body>{tag}'
        + _script("ds:0", others)
        + _script("ds:2", data)
        + _script("ds:9", others)
        + "</body></html>"
    )
    return Reply(200, body.encode(), "text/html; charset=utf-8")


def error(name: str, query: str) -> Reply:
    consent = b'<html><form action="https://consent.google.com/save">Before you continue</form>'
    return Reply(200, consent, "text/html")


def _script(key: str, data: object) -> str:
    text = orjson.dumps(data).decode()
    return (
        f"<script class=\"{key}\">AF_initDataCallback({{key: '{key}', hash: '3', data:{text},"
        " sideChannel: {}});</script>"
    )
