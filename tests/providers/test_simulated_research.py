"""Invented companies: accounts that agree with each other, and bars that a market could make."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.bars import Bars
from stockapp.domain.company import Company as Profile
from stockapp.domain.company import SecurityType
from stockapp.domain.money import in_major_units
from stockapp.domain.research import Finding, Part
from stockapp.domain.statement import SHARE_COUNTS, FiscalYear, Line, Statement, StatementKind
from stockapp.providers.base import Answer
from stockapp.providers.simulated.accounts import Values, accounts, traits
from stockapp.providers.simulated.candles import candles
from stockapp.providers.simulated.companies import COMPANIES, MARKETS, Company
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.research import SimulatedResearch
from stockapp.providers.simulated.wire import body_of

from ..analysis.builders import kind_of
from .yahoo_answers import answer

NOW = datetime(2026, 11, 20, 15, 30, 12, tzinfo=UTC)
LATER = NOW + timedelta(seconds=3)
SIMULATED = SimulatedResearch()
# Walks are the same for every example, so they are walked once.
EXCHANGE = Exchange(7)
SEEDS = st.integers(0, 10**9)
ANY_COMPANY = st.sampled_from(COMPANIES)
ANY_LISTED = st.sampled_from((*COMPANIES, *MARKETS))
DAYS = st.dates(date(2020, 1, 2), date(2035, 1, 1))
STATEMENTS = (Part.INCOME, Part.BALANCE, Part.CASH_FLOW)
# All lines are rounded to whole units of money: sums of three may miss by this.
ROUNDING = 2.0


def named(symbol: str) -> Company:
    return next(company for company in (*COMPANIES, *MARKETS) if company.symbol == symbol)


def asked(part: Part, symbol: str, instant: datetime = NOW, seed: int = 7) -> Finding | Failure:
    exchange = EXCHANGE if seed == 7 else Exchange(seed)
    body = body_of(exchange, SIMULATED.request(part, symbol), instant)
    return SIMULATED.parse(part, symbol, Answer(200, {}, body, LATER))


def statement(part: Part, symbol: str, instant: datetime = NOW, seed: int = 7) -> Statement:
    found = asked(part, symbol, instant, seed)
    assert isinstance(found, Statement), found
    return found


def profile(symbol: str, instant: datetime = NOW) -> Profile:
    found = asked(Part.PROFILE, symbol, instant)
    assert isinstance(found, Profile), found
    return found


def history(symbol: str, instant: datetime = NOW) -> Bars:
    found = asked(Part.HISTORY, symbol, instant)
    assert isinstance(found, Bars), found
    return found


def newest(company: Company, seed: int = 7) -> Values:
    return accounts(seed, company, date(2026, 6, 1))[date(2025, 12, 31)]


class TestAccounts:
    @given(SEEDS, ANY_COMPANY, DAYS)
    def test_the_statements_of_a_year_agree_with_each_other(
        self, seed: int, company: Company, today: date
    ) -> None:
        for values in accounts(seed, company, today).values():
            sums = [
                (Line.TOTAL_ASSETS, Line.TOTAL_LIABILITIES, Line.EQUITY),
                (Line.EBITDA, Line.EBIT, Line.DEPRECIATION),
                (Line.EBIT, Line.PRETAX_INCOME, Line.INTEREST_EXPENSE),
                (Line.PRETAX_INCOME, Line.NET_INCOME, Line.TAX_PROVISION),
                (Line.OPERATING_CASH_FLOW, Line.NET_INCOME, Line.DEPRECIATION),
            ]
            for whole, *parts in sums:
                assert values[whole] == pytest.approx(sum(values[p] for p in parts), abs=ROUNDING)

    @given(SEEDS, ANY_COMPANY, DAYS)
    def test_no_part_is_more_than_the_whole(self, seed: int, company: Company, today: date) -> None:
        wholes: Mapping[Line, list[tuple[Line, ...]]] = {
            Line.REVENUE: [(Line.GROSS_PROFIT,), (Line.EBITDA,), (Line.PREMIUMS,)],
            Line.GROSS_PROFIT: [(Line.OPERATING_INCOME,)],
            Line.EBITDA: [(Line.EBIT,)],
            Line.PREMIUMS: [(Line.CLAIMS,)],
            Line.TOTAL_ASSETS: [
                (Line.CURRENT_ASSETS, Line.NET_PPE, Line.GOODWILL, Line.INTANGIBLES),
                (Line.CASH, Line.LOANS),
            ],
            Line.CURRENT_ASSETS: [(Line.CASH, Line.RECEIVABLES, Line.INVENTORY)],
            Line.TOTAL_LIABILITIES: [
                (Line.CURRENT_LIABILITIES,),
                (Line.TOTAL_DEBT,),
                (Line.DEPOSITS, Line.TOTAL_DEBT),
            ],
            Line.TOTAL_DEBT: [(Line.LONG_TERM_DEBT,)],
            Line.EQUITY: [(Line.RETAINED_EARNINGS,)],
            Line.OPERATING_CASH_FLOW: [(Line.DIVIDENDS_PAID,)],
            Line.DILUTED_SHARES: [(Line.SHARES,)],
        }
        for values in accounts(seed, company, today).values():
            for whole, sums in wholes.items():
                for parts in sums if whole in values else ():
                    part = sum(values.get(line, 0.0) for line in parts)
                    assert part <= values[whole] + ROUNDING, (whole, parts)

    @given(SEEDS, ANY_COMPANY, DAYS)
    def test_amounts_are_whole_and_none_is_below_zero_but_a_loss(
        self, seed: int, company: Company, today: date
    ) -> None:
        for values in accounts(seed, company, today).values():
            assert all(value == round(value) for value in values.values())
            below = {line for line, value in values.items() if value < 0}
            assert below <= {Line.PRETAX_INCOME, Line.NET_INCOME, Line.OPERATING_CASH_FLOW}

    @pytest.mark.parametrize(
        ("today", "year"),
        [
            (date(2026, 2, 28), 2024),
            (date(2026, 3, 1), 2025),
            (date(2026, 12, 31), 2025),
            (date(2027, 1, 1), 2025),
            # A leap year's sixtieth day is in February.
            (date(2028, 2, 28), 2026),
            (date(2028, 2, 29), 2027),
        ],
    )
    def test_a_year_is_published_sixty_days_after_its_end(self, today: date, year: int) -> None:
        ends = list(accounts(7, COMPANIES[0], today))
        assert ends == [date(year - back, 12, 31) for back in range(5)]

    @given(SEEDS, ANY_COMPANY, DAYS)
    def test_a_published_year_is_told_alike_ever_after(
        self, seed: int, company: Company, today: date
    ) -> None:
        now, later = (accounts(seed, company, day) for day in (today, today + timedelta(366)))
        both = now.keys() & later.keys()
        assert len(both) in {3, 4}
        assert all(now[end] == later[end] for end in both)

    @given(ANY_COMPANY)
    def test_the_seed_alone_decides(self, company: Company) -> None:
        assert newest(company) == newest(company)
        assert traits(7, company) == traits(7, company) != traits(8, company)
        assert newest(company, 8)[Line.REVENUE] != newest(company)[Line.REVENUE]

    def test_no_two_years_are_alike(self) -> None:
        for company in COMPANIES:
            years = list(accounts(7, company, date(2026, 6, 1)).values())
            margins = {values[Line.EBIT] / values[Line.REVENUE] for values in years}
            growth = {after[Line.REVENUE] / one[Line.REVENUE] for after, one in pairwise(years)}
            assert (len(margins), len(growth)) == (5, 4)
            # Chance, and no more of it than a business has.
            assert max(margins) - min(margins) > 0.005
            assert all(0.8 < rate < 1.4 for rate in growth)

    def test_no_two_companies_are_alike(self) -> None:
        assert len({traits(7, company) for company in COMPANIES}) == len(COMPANIES)

    @pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.symbol)
    def test_the_price_is_a_sensible_multiple_of_earnings(self, company: Company) -> None:
        price, _ = in_major_units(company.base_price, company.currency)
        values = newest(replace(company, reports_in=""))
        assert 5 < price * values[Line.SHARES] / values[Line.NET_INCOME] < 60

    def test_who_reports_in_euros_has_as_many_shares_and_less_of_all_else(self) -> None:
        in_euros = named("PELI.SIM")
        assert in_euros.reports_in == "EUR"
        dollars, euros = newest(replace(in_euros, reports_in="")), newest(in_euros)
        for line, value in dollars.items():
            rate = 1.0 if line in SHARE_COUNTS else 1.1
            assert euros[line] == pytest.approx(value / rate, abs=1)

    def test_a_bank_and_an_insurer_have_lines_of_their_own(self) -> None:
        bank, insurer, maker = (newest(named(f"{n}.SIM")) for n in ("HOLM", "WREN", "LARK"))
        banks = {Line.LOANS, Line.DEPOSITS, Line.NET_INTEREST_INCOME, Line.NON_INTEREST_EXPENSE}
        insurers = {Line.PREMIUMS, Line.CLAIMS}
        makers = {Line.GROSS_PROFIT, Line.INVENTORY, Line.CURRENT_ASSETS, Line.CAPITAL_EXPENDITURE}
        own = banks | insurers | makers
        assert bank.keys() & own == banks
        assert insurer.keys() & own == insurers
        assert maker.keys() & own == makers

    def test_a_landlord_holds_houses_and_no_goods(self) -> None:
        landlord = newest(named("MOSS.SIM"))
        assert landlord[Line.NET_PPE] > 0.5 * landlord[Line.TOTAL_ASSETS]
        assert Line.INVENTORY not in landlord and Line.GAIN_ON_SALE in landlord


class TestCandles:
    @given(ANY_LISTED, DAYS, st.integers(1, 40))
    def test_high_and_low_are_around_open_and_close(
        self, company: Company, first: date, days: int
    ) -> None:
        for _, opened, high, low, close, volume in candles(
            EXCHANGE, company, first, first + timedelta(days)
        ):
            assert high >= max(opened, close)
            assert 0 < low <= min(opened, close)
            assert volume > 0 and volume == round(volume)

    def test_days_reach_beyond_their_open_and_close(self) -> None:
        bars = candles(EXCHANGE, COMPANIES[0], date(2026, 1, 1), date(2026, 3, 1))
        assert any(high > max(opened, close) for _, opened, high, _, close, _ in bars)
        assert any(low < min(opened, close) for _, opened, _, low, close, _ in bars)
        assert len({volume for *_, volume in bars}) == len(bars)

    @given(ANY_LISTED, DAYS, st.integers(2, 40))
    def test_bars_are_those_of_weekdays_that_are_over(
        self, company: Company, first: date, days: int
    ) -> None:
        last = first + timedelta(days)
        bars = candles(EXCHANGE, company, first, last)
        # The first day only says where the second opens.
        wanted = [first + timedelta(n) for n in range(1, days)]
        assert [bar[0] for bar in bars] == [d.isoformat() for d in wanted if d.weekday() < 5]

    @given(ANY_LISTED, DAYS, st.integers(1, 20), st.integers(2, 30))
    def test_a_bar_does_not_hang_on_where_the_history_begins(
        self, company: Company, first: date, earlier: int, days: int
    ) -> None:
        last = first + timedelta(days)
        short = candles(EXCHANGE, company, first, last)
        long = candles(EXCHANGE, company, first - timedelta(earlier), last)
        assert long[len(long) - len(short) :] == short

    @given(ANY_LISTED, DAYS)
    def test_a_bar_opens_where_the_day_before_closed(self, company: Company, first: date) -> None:
        last = first + timedelta(14)
        closes = dict(EXCHANGE.daily_closes(company.symbol, first, last))
        for text, opened, _, _, close, _ in candles(EXCHANGE, company, first, last):
            day = date.fromisoformat(text)
            assert (opened, close) == (closes[day - timedelta(1)], closes[day])

    def test_the_seed_alone_decides(self) -> None:
        span = (COMPANIES[0], date(2026, 1, 1), date(2026, 2, 1))
        assert candles(Exchange(7), *span) == candles(EXCHANGE, *span)
        assert candles(Exchange(8), *span) != candles(EXCHANGE, *span)


class TestAnswers:
    @pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.symbol)
    def test_a_profile_is_that_of_the_company_at_its_present_price(self, company: Company) -> None:
        found, own = profile(company.symbol), traits(7, company)
        trade = EXCHANGE.trade(company.symbol, NOW)
        assert trade
        price, currency = in_major_units(trade.price, company.currency)
        assert found == Profile(
            company.symbol,
            "simulated",
            "profile",
            LATER,
            name=company.name,
            security_type=SecurityType.SHARE,
            sector=company.sector,
            industry=company.industry,
            currency=currency,
            financial_currency=company.reports_in or currency,
            market_cap=price * own.shares,
            shares=own.shares,
            beta=own.beta,
            summary=found.summary,
        )
        assert found.summary and "invented" in found.summary

    def test_pence_are_of_prices_alone(self) -> None:
        found = profile("BRAM.SIM")
        assert (found.currency, found.financial_currency) == ("GBP", "GBP")
        assert statement(Part.INCOME, "BRAM.SIM").currency == "GBP"
        assert history("BRAM.SIM").currency == "GBp"

    def test_who_reports_in_another_currency_says_so(self) -> None:
        found = profile("PELI.SIM")
        assert (found.currency, found.financial_currency) == ("USD", "EUR")
        assert {statement(part, "PELI.SIM").currency for part in STATEMENTS} == {"EUR"}

    @pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.symbol)
    def test_the_three_statements_hold_all_lines_and_each_its_own(self, company: Company) -> None:
        told = accounts(7, company, NOW.date())
        found = {part: statement(part, company.symbol) for part in STATEMENTS}
        for part, one in found.items():
            assert one.kind is StatementKind(part.value)
            assert (one.source, one.method, one.fetched_at) == ("simulated", "statements", LATER)
            assert {kind_of(line) for year in one.years for line in year.values} == {one.kind}
        for end, values in told.items():
            joined: dict[Line, float] = {}
            for one in found.values():
                joined |= year_of(one, end).values
            assert joined == values

    def test_statements_are_those_of_the_exchanges_seed(self) -> None:
        mine, other = (statement(Part.INCOME, "LARK.SIM", seed=seed) for seed in (7, 8))
        assert mine.years != other.years
        assert statement(Part.INCOME, "LARK.SIM", seed=8).years == other.years

    def test_a_statement_is_not_told_before_it_is_published(self) -> None:
        early, late = (datetime(2026, 3, 1, tzinfo=UTC) - timedelta(days=n) for n in (1, 0))
        newest_ends = [statement(Part.INCOME, "LARK.SIM", at).years[0].end for at in (early, late)]
        assert newest_ends == [date(2024, 12, 31), date(2025, 12, 31)]

    @pytest.mark.parametrize("company", [*COMPANIES, *MARKETS], ids=lambda company: company.symbol)
    def test_five_years_of_days_end_with_the_day_before(self, company: Company) -> None:
        found = history(company.symbol)
        first = NOW.date() - timedelta(days=5 * 365 + 10)
        columns = zip(
            found.days,
            found.open,
            found.high,
            found.low,
            found.close,
            found.volume,
            strict=True,
        )
        # NOW is a Friday, which is not over.
        assert found.days[-1] == date(2026, 11, 19)
        assert found.days[0] - first <= timedelta(days=3)
        assert all(before < after for before, after in pairwise(found.days))
        assert [(str(day), *rest) for day, *rest in columns] == candles(
            EXCHANGE, company, first, NOW.date()
        )
        assert found.adjusted == found.close
        assert (found.symbol, found.currency) == (company.symbol, company.currency)
        assert (found.source, found.method, found.fetched_at) == ("simulated", "history", LATER)

    @pytest.mark.parametrize("listed", MARKETS, ids=lambda listed: listed.symbol)
    def test_what_is_no_company_has_a_name_and_a_history_and_no_more(self, listed: Company) -> None:
        found = profile(listed.symbol)
        assert (found.name, found.security_type) == (listed.name, SecurityType.INDEX)
        assert (found.sector, found.market_cap, found.shares) == (None, None, None)
        assert len(history(listed.symbol)) > 1000
        for part in STATEMENTS:
            lacking = asked(part, listed.symbol)
            assert isinstance(lacking, Failure) and lacking.reason is Reason.NO_DATA

    @pytest.mark.parametrize("part", list(Part))
    @pytest.mark.parametrize("symbol", ["NOPE.SIM", "lark.sim", "LARK", ""])
    def test_an_unlisted_symbol_is_not_found(self, part: Part, symbol: str) -> None:
        found = asked(part, symbol)
        assert isinstance(found, Failure) and found.reason is Reason.NOT_FOUND

    @pytest.mark.parametrize("part", list(Part))
    @pytest.mark.parametrize(
        ("status", "reason"), [(429, Reason.RATE_LIMITED), (500, Reason.UPSTREAM_ERROR)]
    )
    def test_a_simulated_failure_is_a_failure(
        self, part: Part, status: int, reason: Reason
    ) -> None:
        found = SIMULATED.parse(part, "LARK.SIM", answer(b"(simulated)", status))
        assert isinstance(found, Failure) and found.reason is reason

    @pytest.mark.parametrize("part", list(Part))
    def test_it_is_asked_for_its_own_symbols_and_never_over_a_network(self, part: Part) -> None:
        assert SIMULATED.covers(part, "LARK.SIM") and not SIMULATED.covers(part, "LARK")
        assert SIMULATED.request(part, "LARK.SIM").url.startswith("simulated://")

    @given(
        ANY_LISTED, st.sampled_from(Part), st.datetimes(datetime(2020, 1, 2), datetime(2035, 1, 1))
    )
    def test_at_any_instant_every_part_is_told_or_said_to_be_lacking(
        self, listed: Company, part: Part, instant: datetime
    ) -> None:
        found = asked(part, listed.symbol, instant.replace(tzinfo=UTC))
        kinds: Mapping[Part, type] = {Part.PROFILE: Profile, Part.HISTORY: Bars}
        told = listed.sector or part not in STATEMENTS
        assert isinstance(found, kinds.get(part, Statement) if told else Failure)


def year_of(found: Statement, end: date) -> FiscalYear:
    return next(year for year in found.years if year.end == end)
