"""Does any damaged file crash a reader, hang it, or lose a line in silence? ``python -m tests.fuzz.formats --minutes 15``.

Takes the small files of tests/fixtures, damages them at random, reads them, and checks that every line is in a record or in a
reported problem. What fails is written to --finds, made smaller as far as it still fails; keep it in tests/fixtures/fuzz,
which the suite reads. --seed N throws the same dice again.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import random
import resource
import signal
import sys
import time
import traceback
import zipfile
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

from tests.screening.formats import test_dialects
from tests.screening.formats.accounts import SECONDS_AT_MOST, account_for
from tests.screening.formats.mutations import mutated

FIXTURES = Path(__file__).parents[1] / "fixtures"
MEMORY_AT_MOST = 600_000_000  # bytes of address space beyond what the program has at the start
LARGEST = 200_000


def seeds() -> list[bytes]:
    """-> the small files in every format, and some of them packed."""
    plain = [path.read_bytes() for path in sorted(FIXTURES.rglob("*")) if path.is_file()]
    texts = [text for name, text in vars(test_dialects).items() if name.isupper() and isinstance(text, str)]
    plain += [dedent(text).lstrip("\n").encode() for text in texts]
    several = io.BytesIO()
    with zipfile.ZipFile(several, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, data in enumerate(plain[:6]):
            archive.writestr(f"part {number}.txt", data)
    return [*plain, several.getvalue(), *map(gzip.compress, plain[:2]), workbook()]


def workbook() -> bytes:
    """-> a small workbook of two sheets, stored without packing, so that damage reaches its cells."""
    import openpyxl

    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("More")):
        for row in (("Title", "Authors", "Year"), ("Tea", "Okafor, A.; Silva, M.", 2019), ("Walking", None, 2020.0)):
            sheet.append(row)
    packed, plain = io.BytesIO(), io.BytesIO()
    book.save(packed)
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(plain, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return plain.getvalue()


def failure_of(data: bytes) -> str:
    """-> why a file fails, as one line; "" where it does not."""
    signal.alarm(2 * SECONDS_AT_MOST)
    try:
        account_for(data)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what we look for
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}: {str(error)[:200]}"
    finally:
        signal.alarm(0)
    return ""


def hung(*_: object) -> None:
    raise TimeoutError("the reader hangs")


def smaller(data: bytes, why: str, until: float) -> bytes:
    """-> the file with as many lines, then bytes, taken out as it can lose and still fail in the same place."""
    kind = why.split(":")[0]
    for parts in (data.splitlines(keepends=True), None):
        pieces: list[bytes] = parts or [data[place : place + 1] for place in range(len(data))]
        size = max(1, len(pieces) // 2)
        while size and time.monotonic() < until:
            place = 0
            while place < len(pieces) and time.monotonic() < until:
                less = pieces[:place] + pieces[place + size :]
                if failure_of(b"".join(less)).startswith(kind):
                    pieces = less
                else:
                    place += size
            size //= 2
        data = b"".join(pieces)
    return data


def damaged(dice: random.Random) -> Iterator[bytes]:
    """Yield damaged files, each from a seed or from the one before it."""
    known = seeds()
    data = known[0]
    while True:
        if dice.random() < 0.8 or len(data) > LARGEST:
            data = dice.choice(known)
        data = mutated(data, known, dice)
        yield data


def main(arguments: list[str] | None = None) -> int:
    """Run until the time is over; -> 1 where anything failed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.formats", description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=None, help="throw these dice; without it, new ones")
    parser.add_argument("--finds", type=Path, default=Path("fuzz-finds"), help="folder for what fails")
    options = parser.parse_args(arguments)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2**32)
    signal.signal(signal.SIGALRM, hung)
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY_AT_MOST, resource.RLIM_INFINITY))
    until = time.monotonic() + 60 * options.minutes
    told: dict[str, Path] = {}
    count = slowest = 0.0
    for data in damaged(random.Random(seed)):
        if time.monotonic() > until:
            break
        started = time.monotonic()
        why = failure_of(data)
        slowest = max(slowest, time.monotonic() - started)
        count += 1
        kind = why.split(":")[0] + why.partition(": ")[2][:30]
        if why and kind not in told:
            data = smaller(data, why, time.monotonic() + 30)
            options.finds.mkdir(parents=True, exist_ok=True)
            told[kind] = options.finds / hashlib.sha256(data).hexdigest()[:12]
            told[kind].write_bytes(data)
            print(f"{told[kind]}: {failure_of(data) or why}", flush=True)
    print(f"{count:,.0f} damaged files (seed {seed}), slowest {slowest:.2f} s, {len(told)} kinds of failure")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
