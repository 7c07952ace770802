"""One module or folder a service; the registry lists them in order of preference."""

from stockapp.providers.base import Provider
from stockapp.providers.simulated.provider import Simulated
from stockapp.providers.yahoo.provider import Yahoo


def registry(*, yahoo_concurrency: int) -> tuple[Provider, ...]:
    """Every source, the preferred first; each asks only for symbols that it supports."""
    return (
        Simulated(),
        Yahoo(yahoo_concurrency),
    )
