"""Does any form or address of the site answer hostile input with a stack trace? `python -m tests.fuzz.forms`, on PostgreSQL
`python -m tests.postgres python -m tests.fuzz.forms`.

Opens every page of the table of addresses as each role, leaves the forms on it as they are but for one field at a time, into which it puts one hostile value
after the other, and sends them. So too with what links ask for behind "?", and with the numbers of addresses. What each request changes is
undone. Prints the requests that ended in an exception, once for each place in the code, and leaves with 1 when there are any. In random order,
so that some minutes see something of everything; what the site answers as `about_unkept` is no find; --seed throws the same dice again.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time

from tests.bench.database import on_a_database_of_its_own


def run(seconds: float, seed: int) -> int:
    from tests.fuzz.hostile import HOSTILE, Attack
    from tests.world import undone, world

    logging.disable(logging.WARNING)
    until = time.monotonic() + seconds
    with undone():
        attack = Attack(world())
        forms = attack.forms()
        print(f"{len(forms)} forms and links on {attack.requests} pages", flush=True)
        attack.numbers()
        every = [(each, field, value) for each in forms for field in each.names.values() for value in HOSTILE]
        random.Random(seed).shuffle(every)
        done = 0
        while done < len(every) and time.monotonic() < until:
            attack.send(*every[done])
            done += 1
    for where, told in attack.found.items():
        print(f"{where}\n    {told}")
    print(f"{done} of {len(every)} fields and values (seed {seed}); {len(attack.found)} places ended in an exception")
    return 1 if attack.found else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    sys.exit(on_a_database_of_its_own(lambda: run(told.minutes * 60, told.seed)))
