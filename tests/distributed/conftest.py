"""Cables are pulled where the machine lets us make network namespaces."""

from tests.namespace import namespaces_are_allowed

_ALLOWED = namespaces_are_allowed()
collect_ignore = [] if _ALLOWED else ["test_cuts.py"]


def pytest_report_header() -> str:
    """Say whether networks are cut in this run."""
    return f"network cuts: {'in namespaces' if _ALLOWED else 'none, as namespaces are not allowed'}"
