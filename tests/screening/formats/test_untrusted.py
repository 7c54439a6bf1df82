"""Hostile files: every one answered within seconds and in bounded memory, with nothing fetched and nothing executed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

SECONDS_AT_MOST = 10
KILOBYTES_AT_MOST = 300_000

# Reads each file with the network, other programs and writing to files forbidden, and tells how long it took.
PROGRAM = """
import json, sys, time
from pathlib import Path
from screening.formats.__main__ import reading_of

FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.system", "os.posix_spawn", "urllib.Request", "ftplib.", "http.client.")
acts = []
paths = [Path(name) for name in sys.argv[1:]]
reading_of(paths[0])  # what is imported on the way is no act of a file

def hook(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and any(sign in arguments[1] for sign in "wax+")
    elsewhere = event == "open" and isinstance(arguments[0], str) and "passwd" in arguments[0]
    if event.startswith(FORBIDDEN) or elsewhere or (writes and "tmp" not in str(arguments[0])):
        acts.append(f"{event} {arguments!r}")

sys.addaudithook(hook)
took = {}
for path in paths:
    started = time.monotonic()
    reading_of(path)
    took[path.name] = time.monotonic() - started
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"took": took, "peak": peak, "acts": acts}))
"""


def test_no_hostile_file_takes_long_or_much_memory_or_does_anything(shared: Path) -> None:
    bad = sorted((shared / "corpus" / "import" / "bad").iterdir())
    files = [str(path) for path in bad if path.name != "MANIFEST.json"]
    asked = [sys.executable, "-c", PROGRAM, *files]
    told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=300)
    answer = json.loads(told.stdout)
    assert len(answer["took"]) == len(files) > 40
    slow = {name: seconds for name, seconds in answer["took"].items() if seconds > SECONDS_AT_MOST}
    assert slow == {}
    assert answer["peak"] < KILOBYTES_AT_MOST
    assert answer["acts"] == []
