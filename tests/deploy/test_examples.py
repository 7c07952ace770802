"""The unit and the container file hold what docs/deployment.md says of them."""

import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

from stockapp.settings import Settings
from stockapp.settings.files import environment_name
from tests.e2e.server import ROOT

UNIT = ROOT / "deploy/systemd/stockapp.service"
CONTAINERFILE = ROOT / "deploy/Containerfile"
EXAMPLES = [
    UNIT,
    CONTAINERFILE,
    ROOT / "deploy/nginx.conf",
    ROOT / "deploy/Caddyfile",
    ROOT / "deploy/redis.conf",
]

DOCS = [ROOT / "docs/deployment.md", ROOT / "SECURITY.md"]


def analyse(*words: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze found: apt-get install systemd")
    return subprocess.run(
        ["systemd-analyze", *words], capture_output=True, text=True, check=False, timeout=60
    )


def instructions() -> list[tuple[str, str]]:
    """Word and rest of each instruction of the container file."""
    text = re.sub(r"^#.*\n", "", CONTAINERFILE.read_text(), flags=re.M).replace("\\\n", " ")
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in text.splitlines())]


def all_of(word: str) -> list[str]:
    return [rest for found, rest in instructions() if found == word]


def test_systemd_finds_the_unit_sound(tmp_path: Path) -> None:
    # It looks whether the program is there, which is not installed here.
    program = tmp_path / "stockapp"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / "stockapp.service"
    unit.write_text(UNIT.read_text().replace("/opt/stockapp/bin/stockapp", str(program)))
    told = analyse("verify", "--man=no", str(unit))
    assert (told.returncode, told.stderr) == (0, "")


def test_systemd_rates_the_unit_as_safe() -> None:
    # In tenths; systemd calls all below 50 "OK", a unit without hardening has 96.
    told = analyse("security", "--offline=true", "--no-pager", "--threshold=15", str(UNIT))
    assert told.returncode == 0, told.stdout


def test_the_container_runs_as_nobody_in_particular() -> None:
    last = max(n for n, (word, _) in enumerate(instructions()) if word == "FROM")
    users = [rest for word, rest in instructions()[last:] if word == "USER"]
    assert users
    assert all(re.fullmatch(r"[1-9]\d+:[1-9]\d+", user) for user in users)


def test_the_container_is_made_from_what_the_locks_name() -> None:
    installs = [step for run in all_of("RUN") for step in run.split("&&") if "pip install" in step]
    assert len(installs) == 3
    for step in installs:
        assert "--require-hashes" in step or "--no-index --no-deps" in step, step


def test_the_container_takes_only_files_that_are_there_and_named() -> None:
    copied = [
        name
        for rest in all_of("COPY")
        if not rest.startswith("--from")
        for name in rest.split()[:-1]
    ]
    assert "stockapp" in copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = [line[1:] for line in ignored if line.startswith("!")]
    assert "*" in ignored
    assert [name for name in copied if not any(fnmatch(name, one) for one in allowed)] == []


def test_the_container_tells_whether_it_is_well_and_keeps_its_data() -> None:
    assert "/healthz" in all_of("HEALTHCHECK")[0]
    assert all_of("VOLUME") == ["/data"]
    assert "STOCKAPP_DATA_DIR=/data" in all_of("ENV")[0]


@pytest.mark.parametrize("path", [*EXAMPLES, *DOCS], ids=lambda path: str(path.name))
def test_an_example_names_only_settings_that_there_are(path: Path) -> None:
    known = {environment_name(name, field) for name, field in Settings.model_fields.items()}
    named = set(re.findall(r"\bSTOCKAPP_[A-Z_]+\b|\b[A-Z]+_API_KEY(?:_FILE)?\b", path.read_text()))
    # Of the container and of Caddy themselves.
    assert named - known - {"STOCKAPP_SITE", "STOCKAPP_UPSTREAM"} == set()


@pytest.mark.parametrize("path", [UNIT, CONTAINERFILE], ids=lambda path: str(path.name))
def test_an_example_holds_no_secret(path: Path) -> None:
    given = re.findall(r"^(?!#).*(?:KEY|PASSWORD|TOKEN|SECRET)\w*=\S+", path.read_text(), re.M)
    assert given == []
