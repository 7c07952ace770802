"""At which exchange a symbol in Yahoo's notation trades, and by which calendar that is open."""

from dataclasses import dataclass

from stockapp.domain.instrument import Instrument, InstrumentKind, instrument
from stockapp.domain.symbol import is_simulated


@dataclass(frozen=True, slots=True)
class Exchange:
    """`calendar` is its name in the library exchange_calendars, `title` what people call it."""

    calendar: str
    title: str


# Its calendar holds no hours to be looked up.
ALWAYS_OPEN = Exchange("24/7", "Around the clock")
_CURRENCIES = Exchange("24/5", "Currency market")
_US_FUTURES = Exchange("us_futures", "US futures")
_NEW_YORK = Exchange("XNYS", "New York")

# By the exchange's suffix. Two at one place share its calendar.
BY_SUFFIX = {
    "": _NEW_YORK,
    "L": Exchange("XLON", "London"),
    "IL": Exchange("XLON", "London"),
    "DE": Exchange("XETR", "Xetra"),
    "F": Exchange("XFRA", "Frankfurt"),
    "SG": Exchange("XSTU", "Stuttgart"),
    "DU": Exchange("XDUS", "Düsseldorf"),
    "HM": Exchange("XHAM", "Hamburg"),
    "PA": Exchange("XPAR", "Paris"),
    "AS": Exchange("XAMS", "Amsterdam"),
    "BR": Exchange("XBRU", "Brussels"),
    "LS": Exchange("XLIS", "Lisbon"),
    "MI": Exchange("XMIL", "Milan"),
    "MC": Exchange("XMAD", "Madrid"),
    "SW": Exchange("XSWX", "Zurich"),
    "VI": Exchange("XWBO", "Vienna"),
    "ST": Exchange("XSTO", "Stockholm"),
    "CO": Exchange("XCSE", "Copenhagen"),
    "HE": Exchange("XHEL", "Helsinki"),
    "OL": Exchange("XOSL", "Oslo"),
    "IC": Exchange("XICE", "Reykjavik"),
    "IR": Exchange("XDUB", "Dublin"),
    "RG": Exchange("XRIS", "Riga"),
    "TL": Exchange("XTAL", "Tallinn"),
    "VS": Exchange("XLIT", "Vilnius"),
    "WA": Exchange("XWAR", "Warsaw"),
    "PR": Exchange("XPRA", "Prague"),
    "BD": Exchange("XBUD", "Budapest"),
    "AT": Exchange("ASEX", "Athens"),
    "IS": Exchange("XIST", "Istanbul"),
    "TA": Exchange("XTAE", "Tel Aviv"),
    "SR": Exchange("XSAU", "Riyadh"),
    "JO": Exchange("XJSE", "Johannesburg"),
    "T": Exchange("XTKS", "Tokyo"),
    "HK": Exchange("XHKG", "Hong Kong"),
    "SS": Exchange("XSHG", "Shanghai"),
    "SZ": Exchange("XSHG", "Shenzhen"),
    "KS": Exchange("XKRX", "Seoul"),
    "KQ": Exchange("XKRX", "Seoul"),
    "TW": Exchange("XTAI", "Taipei"),
    "TWO": Exchange("XTAI", "Taipei"),
    "NS": Exchange("XBOM", "Mumbai"),
    "BO": Exchange("XBOM", "Mumbai"),
    "AX": Exchange("XASX", "Sydney"),
    "NZ": Exchange("XNZE", "Wellington"),
    "SI": Exchange("XSES", "Singapore"),
    "JK": Exchange("XIDX", "Jakarta"),
    "KL": Exchange("XKLS", "Kuala Lumpur"),
    "BK": Exchange("XBKK", "Bangkok"),
    "TO": Exchange("XTSE", "Toronto"),
    "V": Exchange("XTSE", "Toronto"),
    "CN": Exchange("XTSE", "Toronto"),
    "NE": Exchange("XTSE", "Toronto"),
    "SA": Exchange("BVMF", "São Paulo"),
    "MX": Exchange("XMEX", "Mexico City"),
    "BA": Exchange("XBUE", "Buenos Aires"),
    "SN": Exchange("XSGO", "Santiago"),
}

# Indices by their exchange's suffix, as their notation says nothing.
_INDICES = {
    "": "GSPC DJI IXIC NDX NYA XAX RUT RUA RUI OEX MID SP600 VIX SOX DJT DJU IRX FVX TNX TYX",
    "L": "FTSE FTMC FTAS FTLC",
    "DE": "GDAXI MDAXI SDAXI TECDAX STOXX50E STOXX",
    "PA": "FCHI SBF120 N100",
    "AS": "AEX AMX",
    "BR": "BFX",
    "MC": "IBEX",
    "SW": "SSMI",
    "VI": "ATX",
    "ST": "OMX OMXS30",
    "CO": "OMXC25",
    "HE": "OMXH25",
    "T": "N225",
    "HK": "HSI HSCE",
    "KS": "KS11 KS200",
    "KQ": "KQ11",
    "TW": "TWII",
    "NS": "NSEI NSEBANK",
    "BO": "BSESN",
    "AX": "AXJO AORD",
    "NZ": "NZ50",
    "SI": "STI",
    "JK": "JKSE",
    "KL": "KLSE",
    "TO": "GSPTSE",
    "SA": "BVSP",
    "MX": "MXX",
    "BA": "MERV",
}
_BY_INDEX = {
    index: BY_SUFFIX[suffix] for suffix, names in _INDICES.items() for index in names.split()
}


def exchange_of(symbol: str) -> Exchange | None:
    """Where the symbol trades; None where nobody can say from its notation."""
    if is_simulated(symbol):
        return ALWAYS_OPEN
    what = instrument(symbol)
    return _exchange(what) if what else None


def _exchange(what: Instrument) -> Exchange | None:
    match what.kind:
        case InstrumentKind.SHARE:
            return BY_SUFFIX.get(what.suffix)
        case InstrumentKind.INDEX:
            return _BY_INDEX.get(what.base)
        case InstrumentKind.CRYPTO_PAIR:
            return ALWAYS_OPEN
        case InstrumentKind.CURRENCY_PAIR:
            return _CURRENCIES
        case InstrumentKind.FUTURE:
            return _US_FUTURES
    # A fund has a price a day, whenever its house tells it.
    return None
