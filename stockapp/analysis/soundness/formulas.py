"""How the figures of the scores come about, in words."""

from collections.abc import Mapping

_MEAN = "mean of up to five years of "

FORMULAS: Mapping[str, str] = {
    "Current ratio": _MEAN + "current assets / current liabilities",
    "Quick ratio": _MEAN + "(current assets - inventory) / current liabilities",
    "Debt / equity": _MEAN + "total debt / equity",
    "Interest cover": _MEAN + "EBIT / interest expense",
    "Return on equity": _MEAN + "net income / equity",
    "Return on invested capital": _MEAN + "EBIT x (1 - tax) / (debt + equity - cash)",
    "Return on assets": _MEAN + "net income / assets",
    "Free cash flow trend": "slope a year of the least-squares line / mean",
    "Free cash flow margin": _MEAN + "(operating cash flow - capital expenditure) / revenue",
    "Earnings variation": "standard deviation of net income / mean",
    "Gross margin": _MEAN + "gross profit / revenue",
    "Gross margin variation": "standard deviation / mean",
    "Operating margin": _MEAN + "operating income / revenue",
    "Return on capital less its cost": "return on invested capital - WACC",
    "Revenue around its trend": "standard deviation around the least-squares line / mean",
    "Capital expenditure / revenue": _MEAN + "the year's",
    "Share count": "newest / oldest number of diluted shares - 1",
    "Market capitalisation": "as told, else price x shares",
}
