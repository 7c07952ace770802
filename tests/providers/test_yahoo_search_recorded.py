"""Every recorded search of Yahoo's gives its shares and funds, in its order."""

import json

from stockapp.domain.attempt import Failure, Reason
from stockapp.providers.base import Answer
from stockapp.providers.yahoo.search import YahooSearch

from .test_services_recorded import Recorded, recorded
from .yahoo_answers import NOW


@recorded("yahoo", "v1_search")
def test_every_recorded_search_gives_what_it_lists_or_says_why(entry: Recorded) -> None:
    found = YahooSearch().parse("text", Answer(entry.status, {}, entry.body, NOW))
    if entry.status != 200:
        assert isinstance(found, Failure) and found.reason is Reason.BAD_RESPONSE
        return
    rows = [r for r in json.loads(entry.body)["quotes"] if r.get("quoteType", "OPTION") != "OPTION"]
    assert not isinstance(found, Failure)
    assert [one.symbol for one in found] == [r["symbol"] for r in rows]
    for one, told in zip(found, rows, strict=True):
        assert one.name == told.get("longname", told.get("shortname"))
        assert one.exchange == told.get("exchDisp", told["exchange"])
        assert one.security_type and one.currency is None
