"""Rules for the whole run: property tests repeat exactly, and in CI nothing may be skipped."""

import os
import shutil

import hypothesis
import pytest

hypothesis.settings.register_profile(
    "repeatable", derandomize=True, deadline=None, max_examples=100, database=None
)
hypothesis.settings.load_profile("repeatable")

pytest_plugins = ["tests.browsing"]

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


# Servers that tests share, those with the longest tests first. One process has each (make test
# runs by --dist loadgroup): in every process they would cost what the tests do.
_SHARED = ("shelf", "open_bureau", "gallery", "five", "yahoo_server", "simulated")


def _group(item):
    """The shared server that a test needs; or its file, where that has one for itself."""
    for name in _SHARED:
        if name in item.fixturenames:
            return name
    shares = any(
        found[-1].scope == "module" for found in item._fixtureinfo.name2fixturedefs.values()
    )
    return item.path.stem if shares else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A shared server ends with the last test that needs it: one that idles costs the others."""
    result = yield
    for name in set(_SHARED).intersection(item.fixturenames):
        fixture = item._fixtureinfo.name2fixturedefs[name][-1]
        if nextitem and fixture.scope == "session" and name not in nextitem.fixturenames:
            fixture.finish(item._request)
    return result


def pytest_collection_modifyitems(items):
    """The long test first, then what shares a server, then what fills the gaps.

    Browser tests need Debian's chromium-headless-shell.
    """
    groups = {item.nodeid: _group(item) for item in items}
    for item in items:
        if group := groups[item.nodeid]:
            item.add_marker(pytest.mark.xdist_group(group))
    ranks = {name: rank for rank, name in enumerate(_SHARED)}

    def place(item):
        group = groups[item.nodeid]
        rank = ranks.get(group, len(ranks) + (group is None))
        return "first" not in item.keywords, rank, group or ""

    items.sort(key=place)
    if shutil.which("chromium-headless-shell"):
        return
    skip = pytest.mark.skip(reason="no browser found: apt-get install chromium-headless-shell")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(skip)
