"""Settings of the sources: keys, quotas, addresses, and how they are raced."""

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings


class RaceMode(StrEnum):
    """Whether sources are asked one after the other's delay or failure, or all at once."""

    HEDGED = "hedged"
    ALL = "all"


def _key(name: str, words: str) -> Any:
    return Field(
        default=SecretStr(""),
        validation_alias=AliasChoices(name, name.lower()),
        description=words,
    )


def _key_file(name: str) -> Any:
    return Field(
        default=None,
        validation_alias=AliasChoices(f"{name}_FILE", f"{name}_FILE".lower()),
        description=f"File that holds {name}, in place of that.",
    )


class SourceSettings(BaseSettings):
    """What is about sources."""

    request_timeout_seconds: float = Field(
        default=6, gt=0, description="Longest wait for one answer of a source."
    )
    symbol_deadline_seconds: float = Field(
        default=12,
        gt=0,
        description="Longest wait for one symbol over all sources, from its first request on.",
    )
    search_seconds: float = Field(
        default=3, gt=0, description="Longest wait for the sources when a symbol is searched for."
    )
    sources: str = Field(
        default="",
        description=(
            "Sources in order of preference, with commas: yahoo,google,fmp,marketstack,"
            "alpha_vantage. What is left out is not asked; empty: all, in this order."
        ),
    )
    race: RaceMode = Field(
        default=RaceMode.HEDGED,
        description=(
            "hedged: the next source after a failure or a delay, which spares quotas;"
            " all: every configured source at once."
        ),
    )
    hedge_min_seconds: float = Field(
        default=1.0,
        gt=0,
        description="An answer is never called late before this; see hedge_max_seconds.",
    )
    hedge_max_seconds: float = Field(
        default=4.0,
        gt=0,
        description=(
            "An answer that takes this long is late. Between the two, it is late after the 95th"
            " percentile of the method's recent answers."
        ),
    )
    alpha_vantage_api_key: SecretStr = _key(
        "ALPHA_VANTAGE_API_KEY", "Key of Alpha Vantage; without one it is not asked."
    )
    alpha_vantage_api_key_file: Path | None = _key_file("ALPHA_VANTAGE_API_KEY")
    alpha_vantage_a_day: int = Field(
        default=25, ge=0, description="Requests a day in your Alpha Vantage plan; 0: no limit."
    )
    alpha_vantage_a_second: int = Field(
        default=1, ge=0, description="Requests a second in that plan; 0: no limit."
    )
    alpha_vantage_bulk: bool = Field(
        default=False, description="Whether that plan has bulk quotes (100 symbols a request)."
    )
    fmp_api_key: SecretStr = _key(
        "FMP_API_KEY", "Key of Financial Modeling Prep; without one it is not asked."
    )
    fmp_api_key_file: Path | None = _key_file("FMP_API_KEY")
    fmp_a_day: int = Field(
        default=250,
        ge=0,
        description="Requests a day in your Financial Modeling Prep plan; 0: no limit.",
    )
    fmp_batch: bool = Field(
        default=False, description="Whether that plan has batch quotes (100 symbols a request)."
    )
    marketstack_api_key: SecretStr = _key(
        "MARKETSTACK_API_KEY", "Key of MarketStack; without one it is not asked."
    )
    marketstack_api_key_file: Path | None = _key_file("MARKETSTACK_API_KEY")
    marketstack_a_month: int = Field(
        default=100,
        ge=0,
        description="Symbols a month in your MarketStack plan; 0: no limit.",
    )
    marketstack_a_second: int = Field(
        default=5, ge=0, description="Requests a second in that plan; 0: no limit."
    )
    marketstack_version: Literal["v1", "v2"] = Field(
        default="v2", description="Which MarketStack interface the key is for: v2 or v1."
    )
    yahoo_base_url: str = Field(
        default="",
        description=(
            "Where to find Yahoo's hosts, each as a folder (BASE/query1.finance.yahoo.com/...);"
            " empty: the real ones."
        ),
    )
    google_base_url: str = Field(
        default="",
        description="Where to find Google Finance, in place of https: BASE/www.google.com/...",
    )
    fmp_base_url: str = Field(
        default="",
        description="Where to find financialmodelingprep.com: BASE/financialmodelingprep.com/...",
    )
    marketstack_base_url: str = Field(
        default="",
        description="Where to find MarketStack, in place of https: BASE/api.marketstack.com/...",
    )
    alpha_vantage_base_url: str = Field(
        default="",
        description="Where to find Alpha Vantage, in place of https: BASE/www.alphavantage.co/...",
    )
    yahoo_concurrency: int = Field(
        default=10,
        ge=1,
        description="Requests that one worker has under way at once by a method of Yahoo.",
    )
    google_concurrency: int = Field(default=4, ge=1, description="The same for Google Finance.")
    fmp_concurrency: int = Field(
        default=4, ge=1, description="The same for Financial Modeling Prep."
    )
    marketstack_concurrency: int = Field(default=2, ge=1, description="The same for MarketStack.")
    alpha_vantage_concurrency: int = Field(
        default=2, ge=1, description="The same for Alpha Vantage."
    )
    simulated_latency_ms: float = Field(
        default=150,
        ge=0,
        description="How long the simulated exchange takes to answer, in the mean.",
    )
    simulated_failure_rate: float = Field(
        default=0.0, ge=0, le=1, description="Share of the simulated exchange's answers that fail."
    )
    simulated_seed: int = Field(
        default=20_261_123, description="Another seed gives other simulated prices."
    )
