"""Room for connections among open files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CODE = """
import json, resource, sys
from stockapp.web.descriptors import room_for
soft, hard, wanted = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
print(json.dumps([room_for(wanted), resource.getrlimit(resource.RLIMIT_NOFILE)[0]]))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "room", "granted"),
    [
        (1_024, 8_000, 3_000, 3_000, 3_500),  # as most systems have it
        (4_000, 8_000, 3_000, 3_000, 4_000),  # enough already
        (1_024, 2_000, 3_000, 1_500, 2_000),  # less than wanted: no more than fit
        (300, 300, 3_000, 150, 300),
    ],
)
def test_as_many_as_there_can_be(
    soft: int, hard: int, wanted: int, room: int, granted: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(soft), str(hard), str(wanted)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [room, granted]
