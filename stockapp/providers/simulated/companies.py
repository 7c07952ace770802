"""The invented companies of the simulated exchange. No real company may appear here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Company:
    """One listing: `base_price` in `currency` is where its random walk began.

    `reports_in` is the currency of its statements, "" for that of its price. What has no sector is
    no company.
    """

    symbol: str
    name: str
    sector: str
    industry: str
    currency: str
    base_price: float
    reports_in: str = ""


COMPANIES: tuple[Company, ...] = (
    Company(
        "LARK.SIM",
        "Larkspur Robotics",
        "Industrials",
        "Specialty Industrial Machinery",
        "USD",
        84.0,
    ),
    Company(
        "QUIL.SIM", "Quillwater Software", "Technology", "Software - Application", "USD", 212.0
    ),
    Company("BRAM.SIM", "Bramblecote Foods", "Consumer Defensive", "Packaged Foods", "GBp", 431.0),
    Company(
        "OSTR.SIM", "Ostrava Lumen", "Utilities", "Utilities - Regulated Electric", "EUR", 27.5
    ),
    Company(
        "KITS.SIM", "Kitsunami Motors", "Consumer Cyclical", "Auto Manufacturers", "JPY", 3120.0
    ),
    Company(
        "NOVE.SIM", "Novelle Pharma", "Healthcare", "Drug Manufacturers - General", "EUR", 96.0
    ),
    Company("HOLM.SIM", "Holmgard Bank", "Financial Services", "Banks - Regional", "EUR", 41.0),
    Company(
        "PELI.SIM", "Pelican Reach Shipping", "Industrials", "Marine Shipping", "USD", 18.4, "EUR"
    ),
    Company("SABL.SIM", "Sablefin Energy", "Energy", "Oil & Gas Integrated", "USD", 63.0),
    Company(
        "TIND.SIM",
        "Tinderbox Games",
        "Communication Services",
        "Electronic Gaming & Multimedia",
        "USD",
        11.2,
    ),
    Company(
        "WREN.SIM",
        "Wrenfield Insurance",
        "Financial Services",
        "Insurance - Diversified",
        "GBp",
        905.0,
    ),
    Company("MOSS.SIM", "Mossgate Properties", "Real Estate", "REIT - Diversified", "USD", 52.0),
    Company("AURE.SIM", "Aurelian Mines", "Basic Materials", "Gold", "USD", 7.8),
    Company(
        "CINN.SIM", "Cinnabar Chemicals", "Basic Materials", "Specialty Chemicals", "EUR", 58.0
    ),
    Company("DRIF.SIM", "Driftwood Retail", "Consumer Cyclical", "Specialty Retail", "USD", 34.0),
    Company("ELDE.SIM", "Elderfell Semiconductors", "Technology", "Semiconductors", "USD", 148.0),
    Company("FARR.SIM", "Farrow & Pike Tools", "Industrials", "Tools & Accessories", "GBp", 276.0),
    Company(
        "GOSS.SIM", "Gossamer Fabrics", "Consumer Cyclical", "Textile Manufacturing", "EUR", 15.6
    ),
    Company(
        "HARU.SIM",
        "Harukaze Optics",
        "Technology",
        "Scientific & Technical Instruments",
        "JPY",
        5480.0,
    ),
    Company("INKW.SIM", "Inkwell Publishing", "Communication Services", "Publishing", "USD", 22.9),
    Company(
        "JUNI.SIM", "Juniper Hollow Dairies", "Consumer Defensive", "Packaged Foods", "USD", 45.3
    ),
    Company("KEST.SIM", "Kestrel Loop Airlines", "Industrials", "Airlines", "EUR", 9.4),
    Company("LUMI.SIM", "Lumivale Cloud", "Technology", "Software - Infrastructure", "USD", 319.0),
    Company(
        "MARL.SIM", "Marlowe Trust Bank", "Financial Services", "Banks - Diversified", "USD", 71.0
    ),
    Company("NIMB.SIM", "Nimbus Orchard Biotech", "Healthcare", "Biotechnology", "USD", 28.0),
    Company("OAKH.SIM", "Oakhaven Timber REIT", "Real Estate", "REIT - Specialty", "USD", 39.0),
    Company(
        "PYRE.SIM", "Pyrewood Gas Networks", "Utilities", "Utilities - Regulated Gas", "GBp", 618.0
    ),
    Company(
        "RIVE.SIM", "Riverquill Payments", "Technology", "Software - Infrastructure", "USD", 127.0
    ),
    Company("SOLA.SIM", "Solarbeck Power", "Utilities", "Utilities - Renewable", "EUR", 33.0),
    Company("ZEPH.SIM", "Zephyrine Aerospace", "Industrials", "Aerospace & Defense", "USD", 188.0),
)

# What analyses of these companies are held against: a yield, an index, an exchange rate.
RISK_FREE, BENCHMARK = "RATE.SIM", "INDX.SIM"
MARKETS: tuple[Company, ...] = (
    Company(RISK_FREE, "Simulated ten-year yield, in percent", "", "", "USD", 4.2),
    Company(BENCHMARK, "Simulated market index", "", "", "USD", 3200.0),
    Company("EURUSD.SIM", "Simulated euro in dollars", "", "", "USD", 1.1),
)

# How many of them make the list that is offered to a newcomer.
SAMPLE_SIZE = 12

# Decimals in which prices of a currency are quoted; two elsewhere.
DECIMALS = {"JPY": 0, "GBp": 1}
