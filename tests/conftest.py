"""Rules for the whole run: property tests repeat exactly, and in CI nothing may be skipped."""

import os
import shutil

import hypothesis
import pytest

hypothesis.settings.register_profile(
    "repeatable", derandomize=True, deadline=None, max_examples=100, database=None
)
hypothesis.settings.load_profile("repeatable")

_NO_SKIPS = os.environ.get("STOCKAPP_NO_SKIPS") == "1" or os.environ.get("CI") == "true"

_RECORDED = os.environ.get("RECORDED_ANSWERS", "")
# Recorded answers are not ours to keep in the repository: where none are given, no test asks.
collect_ignore = (
    []
    if _RECORDED
    else [
        "providers/test_yahoo_recorded.py",
        "providers/test_services_recorded.py",
        "providers/test_yahoo_research_recorded.py",
        "providers/test_yahoo_search_recorded.py",
    ]
)


def pytest_report_header():
    """Say whether recorded answers are parsed in this run."""
    return f"recorded answers: {_RECORDED or 'none given (RECORDED_ANSWERS)'}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where nothing may be skipped, a skip is a failure that says so."""
    report = yield
    if _NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which CI does not allow: {report.longrepr}"
    return report


def pytest_collection_modifyitems(items):
    """The long test first, beside which all others run. Browser tests need Debian's chromium."""
    items.sort(key=lambda item: "first" not in item.keywords)
    if shutil.which("chromium"):
        return
    skip = pytest.mark.skip(reason="no chromium found: apt-get install chromium")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(skip)
