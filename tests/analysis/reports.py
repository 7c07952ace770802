"""Reports on the manufacturer of the golden cases, with something changed."""

from dataclasses import replace
from typing import Any

from stockapp.analysis.report import analyse
from stockapp.domain.analysis import Severity
from stockapp.domain.report import Report

from .builders import inputs, statements
from .test_golden import MAKER, STILL


def told(years: Any = None, **changes: Any) -> Report:
    about = replace(MAKER, **changes.pop("about", {}))
    price = changes.pop("price", 16.0)
    return analyse(inputs(statements(years or [STILL] * 3), about=about, price=price, **changes))


def fair(report: Report) -> float | None:
    assert report.valuation
    return report.valuation.fair_value.value


def words(report: Report, severity: Severity | None = None) -> str:
    return "\n".join(c.message for c in report.caveats if severity in (None, c.severity))


def points(report: Report, name: str) -> float | None:
    assert report.soundness
    lines = (*report.soundness.health.lines, *report.soundness.quality.lines)
    return next(line.points for line in lines if line.name == name)


PLAIN = told()
