"""The house rules: who may import whom, and how large a file or function may be."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "stockapp"
MODULES = sorted(PACKAGE.rglob("*.py"))

# A part may import itself and these.
MAY_IMPORT: dict[str, set[str]] = {
    "domain": set(),
    "ports": {"domain"},
    "context": set(),
    "version": set(),
    "logs": {"domain", "context"},
    "metrics": {"domain", "ports"},
    "places": set(),
    "settings": {"domain", "places"},
    "providers": {"domain", "settings"},
    "fetching": {"domain", "ports", "providers"},
    "caching": {"domain", "ports"},
    "tasks": {"domain", "ports", "context"},
    "analysis": {"domain", "ports"},
    "backends": {"domain", "ports", "context", "version"},
    "services": {
        "domain",
        "ports",
        "providers",
        "fetching",
        "caching",
        "tasks",
        "analysis",
        "version",
    },
    "web": {"domain", "ports", "services", "tasks", "metrics", "context", "version"},
    "cli": {"domain", "ports", "services", "settings"},
    # It runs where there is nothing else of ours.
    "client": set(),
}
ROOTS = {"bootstrap", "command", "__init__"}
KNOWS_FLASK = {"web", "cli", "command", "bootstrap", "__init__"}
FLASK_CACHE_BACKENDS = {
    PACKAGE / "caching" / name for name in ("lru_filesystem.py", "json_redis.py")
}
# The application is built in, yfinance costs 0.7 s and 96 MB, and numpy and pandas are for the
# process pool alone: see the comments there.
LATE_IMPORTS = {
    PACKAGE / "__init__.py",
    PACKAGE / "bootstrap" / "backends.py",
    PACKAGE / "fetching" / "yfinance_client.py",
    PACKAGE / "analysis" / "charted.py",
    PACKAGE / "analysis" / "trading_calendar.py",
}
MAX_FILE, MAX_FUNCTION = 400, 50


def part_of(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""
            if node.module == "stockapp":
                yield from (f"stockapp.{alias.name}" for alias in node.names)


def forbidden_imports(part: str, source: str) -> list[str]:
    if part in ROOTS:
        return []
    allowed = MAY_IMPORT[part] | {part}
    parts = {name.split(".")[1] for name in imported(ast.parse(source)) if "stockapp." in name}
    return sorted(parts - allowed)


def late_imports(source: str) -> list[int]:
    functions = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef))
    return sorted(
        node.lineno
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    )


def long_functions(source: str) -> list[str]:
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION
    ]


def test_the_rules_find_what_breaks_them() -> None:
    assert forbidden_imports("domain", "from stockapp.ports import Clock") == ["ports"]
    assert forbidden_imports("web", "from stockapp.backends.embedded import tasks") == ["backends"]
    assert forbidden_imports("tasks", "from stockapp import services") == ["services"]
    assert forbidden_imports("services", "from stockapp.domain.task import Task") == []
    assert late_imports("def f():\n    import os\n") == [2]
    assert long_functions("def f():\n" + "    x = 1\n" * 60) == ["f"]


def breaches(rule: Callable[[Path], object]) -> dict[str, object]:
    """What the rule finds, by module: each is read once, and all that is wrong is told."""
    return {str(path.relative_to(ROOT)): found for path in MODULES if (found := rule(path))}


def test_each_part_imports_only_what_it_may() -> None:
    assert breaches(lambda path: forbidden_imports(part_of(path), path.read_text())) == {}


def test_flask_is_known_at_the_edge_only() -> None:
    def flask_inside(path: Path) -> set[str]:
        if part_of(path) in KNOWS_FLASK or path in FLASK_CACHE_BACKENDS:
            return set()
        names = {name.split(".")[0] for name in imported(ast.parse(path.read_text()))}
        return names & {"flask", "flask_caching", "werkzeug"}

    assert breaches(flask_inside) == {}


def test_imports_stand_at_the_top() -> None:
    late = breaches(lambda path: late_imports(path.read_text()) if path not in LATE_IMPORTS else ())
    assert late == {}


def test_modules_and_functions_are_short() -> None:
    def too_long(path: Path) -> list[object]:
        source = path.read_text()
        lines = source.count("\n")
        return [*([lines] if lines > MAX_FILE else []), *long_functions(source)]

    assert breaches(too_long) == {}
