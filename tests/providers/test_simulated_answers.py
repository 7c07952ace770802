"""What the simulated exchange's answers are taken to mean."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import MarketState, Quote, change_since
from stockapp.providers.base import Answer, Parsed
from stockapp.providers.simulated.companies import COMPANIES, Company
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.figures import figures
from stockapp.providers.simulated.provider import Simulated, answer_body

NOW = datetime(2026, 11, 20, 15, 30, 12, tzinfo=UTC)
LATER = NOW + timedelta(seconds=3)
SIMULATED = Simulated()
EXCHANGE = Exchange(7)


def parsed(*symbols: str) -> Parsed:
    body = answer_body(EXCHANGE, symbols, NOW)
    return SIMULATED.parse("quote", symbols, Answer(200, {}, body, LATER))


def quote_of(symbol: str) -> Quote:
    outcome = parsed(symbol)[symbol]
    assert isinstance(outcome, Quote)
    return outcome


@pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.symbol)
def test_each_quote_is_the_companys_last_trade_in_its_currency(company: Company) -> None:
    trade = EXCHANGE.trade(company.symbol, NOW)
    assert trade
    change = change_since(trade.price, trade.previous_close)
    # The wire carries milliseconds.
    as_of = trade.at.replace(microsecond=trade.at.microsecond // 1000 * 1000)
    assert quote_of(company.symbol) == Quote(
        symbol=company.symbol,
        name=company.name,
        price=trade.price,
        currency=company.currency,
        previous_close=trade.previous_close,
        change=change.amount,
        change_percent=change.percent,
        market_state=MarketState.REGULAR,
        exchange="Simulated Exchange",
        as_of=as_of,
        delay_minutes=0,
        source="simulated",
        method="quote",
        fetched_at=LATER,
        **asdict(figures(EXCHANGE, trade)),
    )


def test_a_price_is_as_old_as_its_trade_and_not_as_the_answer() -> None:
    quote = quote_of("LARK.SIM")
    assert NOW - timedelta(seconds=1) < quote.as_of <= NOW < quote.fetched_at


def test_previous_close_and_history_agree() -> None:
    yesterday = NOW.date() - timedelta(days=1)
    for company in COMPANIES:
        ((_, close),) = Exchange(7).daily_closes(company.symbol, yesterday, yesterday)
        assert quote_of(company.symbol).previous_close == close


def test_an_unlisted_symbol_is_not_found_and_spoils_no_other() -> None:
    outcomes = parsed("NOPE.SIM", "LARK.SIM", "lark.sim")
    reasons = {s: o.reason if isinstance(o, Failure) else "ok" for s, o in outcomes.items()}
    assert reasons == {
        "NOPE.SIM": Reason.NOT_FOUND,
        "LARK.SIM": "ok",
        "lark.sim": Reason.NOT_FOUND,
    }
    unknown = outcomes["NOPE.SIM"]
    assert isinstance(unknown, Failure) and "NOPE.SIM" in unknown.detail


def test_rows_go_to_their_own_symbols_in_whatever_order_they_come() -> None:
    body = answer_body(Exchange(7), ["QUIL.SIM", "LARK.SIM"], NOW)
    outcomes = SIMULATED.parse("quote", ["LARK.SIM", "QUIL.SIM"], Answer(200, {}, body, NOW))
    assert list(outcomes) == ["LARK.SIM", "QUIL.SIM"]
    assert {s: getattr(o, "symbol", None) for s, o in outcomes.items()} == {
        "LARK.SIM": "LARK.SIM",
        "QUIL.SIM": "QUIL.SIM",
    }


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (429, Reason.RATE_LIMITED),
        (500, Reason.UPSTREAM_ERROR),
        (503, Reason.UPSTREAM_ERROR),
        (403, Reason.ACCESS_DENIED),
    ],
)
def test_an_error_status_fails_every_symbol_with_its_reason(status: int, reason: Reason) -> None:
    symbols = ["LARK.SIM", "NOPE.SIM"]
    outcomes = SIMULATED.parse("quote", symbols, Answer(status, {}, b"no JSON", NOW))
    assert list(outcomes) == symbols
    for outcome in outcomes.values():
        assert isinstance(outcome, Failure)
        assert outcome.reason is reason
        assert "simulated" in outcome.detail


def test_a_request_names_all_its_symbols_and_no_host() -> None:
    request = SIMULATED.request("quote", ["LARK.SIM", "QUIL.SIM"])
    assert request.params == {"symbols": "LARK.SIM,QUIL.SIM"}
    assert request.url == "simulated://exchange/quote"


def test_batches_are_small_so_that_progress_is_seen() -> None:
    (method,) = SIMULATED.methods
    assert method.batch_size <= 4
