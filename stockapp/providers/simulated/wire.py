"""What the simulated exchange answers to each request."""

from datetime import datetime
from urllib.parse import urlsplit

from stockapp.domain.research import Part
from stockapp.providers.base import Request
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.provider import answer_body
from stockapp.providers.simulated.research import research_body
from stockapp.providers.simulated.trends import METHOD, trends_body


def body_of(exchange: Exchange, request: Request, instant: datetime) -> bytes:
    """The body of the answer at that instant."""
    what = urlsplit(request.url).path.strip("/")
    if what == "quote":
        return answer_body(exchange, request.params["symbols"].split(","), instant)
    if what == METHOD:
        return trends_body(exchange, request.params["symbols"].split(","), instant)
    return research_body(exchange, Part(what), request.params["symbol"], instant)
