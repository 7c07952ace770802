"""A TypeScript client can be generated of the description, and its types mean what they say."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from scripts.assets import MODULES, node_command

HERE = Path(__file__).parent / "typescript"
GENERATOR = MODULES / "openapi-typescript" / "bin" / "cli.js"
COMPILER = MODULES / "typescript" / "bin" / "tsc"
OPTIONS = {
    "noEmit": True,
    "strict": True,
    "target": "es2022",
    "lib": ["es2022", "dom"],
    "types": [],
}


def run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run(
        [*node_command(), *map(str, command)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_a_client_of_the_generated_types_compiles(reader: FlaskClient, tmp_path: Path) -> None:
    if not (GENERATOR.exists() and COMPILER.exists()):
        pytest.skip("what tests need of npm is not installed: make node_modules/.tests")
    (tmp_path / "openapi.json").write_text(json.dumps(reader.get("/api/openapi.json").json))
    shutil.copy(HERE / "usage.ts", tmp_path)
    assert run(GENERATOR, "openapi.json", "-o", "api.d.ts", folder=tmp_path) == ""
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}))
    assert run(COMPILER, "-p", "tsconfig.json", folder=tmp_path) == ""
