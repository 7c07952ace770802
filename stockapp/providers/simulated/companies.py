"""The invented companies of the simulated exchange. No real company may appear here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Company:
    """One listing: `base_price` in `currency` is where its random walk began."""

    symbol: str
    name: str
    sector: str
    currency: str
    base_price: float


COMPANIES: tuple[Company, ...] = (
    Company("LARK.SIM", "Larkspur Robotics", "Industrials", "USD", 84.0),
    Company("QUIL.SIM", "Quillwater Software", "Technology", "USD", 212.0),
    Company("BRAM.SIM", "Bramblecote Foods", "Consumer Staples", "GBp", 431.0),
    Company("OSTR.SIM", "Ostrava Lumen", "Utilities", "EUR", 27.5),
    Company("KITS.SIM", "Kitsunami Motors", "Consumer Discretionary", "JPY", 3120.0),
    Company("NOVE.SIM", "Novelle Pharma", "Health Care", "EUR", 96.0),
    Company("HOLM.SIM", "Holmgard Bank", "Financials", "EUR", 41.0),
    Company("PELI.SIM", "Pelican Reach Shipping", "Industrials", "USD", 18.4),
    Company("SABL.SIM", "Sablefin Energy", "Energy", "USD", 63.0),
    Company("TIND.SIM", "Tinderbox Games", "Communication Services", "USD", 11.2),
    Company("WREN.SIM", "Wrenfield Insurance", "Financials", "GBp", 905.0),
    Company("MOSS.SIM", "Mossgate Properties", "Real Estate", "USD", 52.0),
    Company("AURE.SIM", "Aurelian Mines", "Materials", "USD", 7.8),
    Company("CINN.SIM", "Cinnabar Chemicals", "Materials", "EUR", 58.0),
    Company("DRIF.SIM", "Driftwood Retail", "Consumer Discretionary", "USD", 34.0),
    Company("ELDE.SIM", "Elderfell Semiconductors", "Technology", "USD", 148.0),
    Company("FARR.SIM", "Farrow & Pike Tools", "Industrials", "GBp", 276.0),
    Company("GOSS.SIM", "Gossamer Fabrics", "Consumer Discretionary", "EUR", 15.6),
    Company("HARU.SIM", "Harukaze Optics", "Technology", "JPY", 5480.0),
    Company("INKW.SIM", "Inkwell Publishing", "Communication Services", "USD", 22.9),
    Company("JUNI.SIM", "Juniper Hollow Dairies", "Consumer Staples", "USD", 45.3),
    Company("KEST.SIM", "Kestrel Loop Airlines", "Industrials", "EUR", 9.4),
    Company("LUMI.SIM", "Lumivale Cloud", "Technology", "USD", 319.0),
    Company("MARL.SIM", "Marlowe Trust Bank", "Financials", "USD", 71.0),
    Company("NIMB.SIM", "Nimbus Orchard Biotech", "Health Care", "USD", 28.0),
    Company("OAKH.SIM", "Oakhaven Timber REIT", "Real Estate", "USD", 39.0),
    Company("PYRE.SIM", "Pyrewood Gas Networks", "Utilities", "GBp", 618.0),
    Company("RIVE.SIM", "Riverquill Payments", "Financials", "USD", 127.0),
    Company("SOLA.SIM", "Solarbeck Power", "Utilities", "EUR", 33.0),
    Company("ZEPH.SIM", "Zephyrine Aerospace", "Industrials", "USD", 188.0),
)

# How many of them make the list that is offered to a newcomer.
SAMPLE_SIZE = 12

# Decimals in which prices of a currency are quoted; two elsewhere.
DECIMALS = {"JPY": 0, "GBp": 1}
