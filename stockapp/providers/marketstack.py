"""MarketStack: end-of-day prices in batches of 100; every symbol counts as a request.

A row's `date` is its trading day, and there is no previous close. v2 tells the currency, v1 not.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.providers import fields, symbols
from stockapp.providers.base import (
    Answer,
    Method,
    Parsed,
    Provider,
    Request,
    all_failed,
    failure_of_status,
    quotas,
    retry_after,
)

SERVICE = "MarketStack"
SOURCE = "marketstack"
EOD = "eod"
_URL = "https://api.marketstack.com/{version}/eod/latest"
_BATCH_SIZE = 100
_KEY = (Reason.UNAUTHORIZED, "refused the key; see MARKETSTACK_API_KEY")
_PLAN = (Reason.ACCESS_DENIED, "does not include this in the plan of this key")
_MONTH = (Reason.QUOTA_EXHAUSTED, "gives no more answers this month to this key")
_UNKNOWN = (Reason.NOT_FOUND, "knows none of the symbols it was asked for")
_CODES: dict[str, tuple[Reason, str]] = {
    "missing_access_key": _KEY,
    "invalid_access_key": _KEY,
    "inactive_user": _KEY,
    "https_access_restricted": _PLAN,
    "function_access_restricted": _PLAN,
    "too_many_requests": _MONTH,
    "usage_limit_reached": _MONTH,
    "rate_limit_reached": (Reason.RATE_LIMITED, "allows only some requests a second"),
    "no_valid_symbols_provided": _UNKNOWN,
    "validation_error": (Reason.BAD_RESPONSE, "refused the request as invalid"),
    "invalid_api_function": (Reason.BAD_RESPONSE, "does not know the address"),
    "404_not_found": (Reason.BAD_RESPONSE, "does not know the address"),
}


class MarketStack(Provider):
    """One method, `eod`: the closes of the last trading day."""

    name = SOURCE
    title = SERVICE
    hosts = ("api.marketstack.com",)
    key_name = "MARKETSTACK_API_KEY"
    counts_symbols = True

    def __init__(
        self, key: str, *, a_second: int, a_month: int, version: str, concurrency: int = 2
    ) -> None:
        self.key = key
        self.methods = (Method(EOD, _BATCH_SIZE, concurrency, end_of_day=True),)
        self.quotas = quotas(second=a_second, month=a_month)
        self._version = version

    def supports(self, method: str, symbol: str) -> bool:
        """Shares of the exchanges it covers."""
        return symbols.marketstack(symbol, version=self._version) is not None

    def request(self, method: str, wanted: Sequence[str]) -> Request:
        """The request for these symbols."""
        names = ",".join(symbols.marketstack(s, version=self._version) or "" for s in wanted)
        query = {"symbols": names, "limit": str(_BATCH_SIZE), "access_key": self.key}
        return Request(_URL.format(version=self._version), query)

    def parse(self, method: str, wanted: Sequence[str], answer: Answer) -> Parsed:
        """What the answer says of each of them."""
        try:
            rows = _rows(answer)
        except fields.BadAnswer as error:
            return all_failed(wanted, error.failure)
        return {symbol: self._outcome(symbol, rows, answer) for symbol in wanted}

    def _outcome(
        self, symbol: str, rows: Mapping[str, fields.Row], answer: Answer
    ) -> Quote | Failure:
        name = symbols.marketstack(symbol, version=self._version) or symbol
        row = rows.get(_plain(name))
        if row is None:
            return fields.no_data(SERVICE, symbol, "it is not in the answer")
        return fields.quote_or_failure(
            SERVICE,
            symbol,
            fields.real(row.get("close")),
            fields.trading_day(row.get("date")),
            currency=fields.currency(row.get("price_currency")),
            source=SOURCE,
            method=EOD,
            fetched_at=answer.received_at,
            exchange=fields.text(row, "exchange_code", "exchange"),
            name=fields.text(row, "name"),
            end_of_day=True,
            day_low=fields.real(row.get("low")),
            day_high=fields.real(row.get("high")),
            volume=fields.real(row.get("volume")),
        )


def _rows(answer: Answer) -> dict[str, fields.Row]:
    """The newest row of each symbol. Raises BadAnswer."""
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        document = None
    body = document if isinstance(document, dict) else {}
    if isinstance(body.get("error"), dict):
        raise fields.BadAnswer(_failure_of_error(body["error"], answer))
    failure = failure_of_status(SERVICE, answer)
    if failure:
        raise fields.BadAnswer(failure)
    if not isinstance(body.get("data"), list):
        raise fields.BadAnswer(fields.not_understood(SERVICE, answer))
    rows: dict[str, fields.Row] = {}
    for row in body["data"]:
        name = fields.text(row, "symbol") if isinstance(row, dict) else None
        if name and _day(row) >= _day(rows.get(_plain(name), {})):
            rows[_plain(name)] = row
    return rows


def _day(row: fields.Row) -> str:
    return fields.text(row, "date") or ""


def _failure_of_error(error: fields.Row, answer: Answer) -> Failure:
    # v1 sometimes puts a number into `code`, and the name into `type`.
    named: Any = next((error[k] for k in ("code", "type") if error.get(k) in _CODES), None)
    if named:
        reason, what = _CODES[named]
        return Failure(reason, f"{SERVICE} {what}.", retry_after(answer))
    failure = failure_of_status(SERVICE, answer)
    if failure and answer.status != HTTPStatus.NOT_FOUND:
        return failure
    return Failure(Reason.BAD_RESPONSE, f"{SERVICE} answered with an error it did not explain.")


def _plain(name: str) -> str:
    """The symbol for comparing: BRK-B and BRK.B are one."""
    return name.upper().replace("-", ".")
