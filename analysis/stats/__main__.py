"""How is the package run from a shell? `python -m analysis.stats FILE.json`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from .batch import run_document


def main(arguments: list[str]) -> int:
    """Run the file and print what it comes to."""
    for name in arguments:
        print(json.dumps(run_document(json.loads(Path(name).read_text()))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
