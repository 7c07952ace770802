"""The list of real companies that a new installation starts with."""

SAMPLE_REAL: dict[str, str] = {
    "AAPL": "Apple Inc.",
    "MSFT": "Microsoft Corporation",
    "NVDA": "NVIDIA Corporation",
    "BRK-B": "Berkshire Hathaway Inc.",
    "VOD.L": "Vodafone Group Public Limited Company",
    "7203.T": "Toyota Motor Corporation",
    "^GSPC": "S&P 500",
    "EURUSD=X": "EUR/USD",
}
