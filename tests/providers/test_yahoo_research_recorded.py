"""Every recorded summary and chart of Yahoo's is a profile, a history, or a reason."""

import json
import re

from stockapp.domain.attempt import Failure
from stockapp.domain.bars import Bars
from stockapp.domain.company import Company
from stockapp.domain.research import Part
from stockapp.providers.base import Answer
from stockapp.providers.yahoo.research import YahooResearch

from .test_services_recorded import Recorded, recorded
from .yahoo_answers import NOW

YAHOO = YahooResearch()


@recorded("yahoo", "v10_quoteSummary")
def test_every_recorded_summary_is_a_profile_or_says_why(entry: Recorded) -> None:
    modules = (json.loads(entry.body).get("quoteSummary") or {}).get("result")
    told = modules[0] if modules else {}
    symbol = (told.get("price") or told.get("quoteType") or {}).get("symbol", "NONE")
    found = YAHOO.parse(Part.PROFILE, symbol, Answer(entry.status, {}, entry.body, NOW))
    if symbol == "NONE":
        assert isinstance(found, Failure)
    else:
        assert isinstance(found, Company) and found.symbol == symbol
        detail = told.get("summaryDetail") or {}
        assert found.sector == (told.get("assetProfile") or {}).get("sector")
        assert found.beta == detail.get(
            "beta", (told.get("defaultKeyStatistics") or {}).get("beta")
        )


@recorded("yahoo", "v8_chart")
def test_every_recorded_chart_is_a_history_or_says_why(entry: Recorded) -> None:
    named = re.search(r'"symbol":\s*"([^"]+)"', entry.text)
    symbol = named[1] if named else "NONE"
    found = YAHOO.parse(Part.HISTORY, symbol, Answer(entry.status, {}, entry.body, NOW))
    if isinstance(found, Bars):
        assert list(found.days) == sorted(set(found.days))
        assert len(found.close) == len(found.adjusted) == len(found.days) > 0
    else:
        assert isinstance(found, Failure) and found.detail
