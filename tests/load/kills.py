"""Does an import with de-duplication end right whenever the worker is killed, while members vote? `python -m tests.load.imports --kills 10`.

The file is taken in undisturbed, then once more in another review with the worker killed (kill -9) at random moments, half of them in the
import, half in the de-duplication after it, the service started again each time; both must come to the same. Members vote meanwhile on
citations that were there before, as the desk's script does: what finds nobody there is sent again. Every vote that was answered must be
there once.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.load import made
from tests.load.imports import BEFORE, GIVE_UP, recount
from tests.load.vote import STAGE, Tally, Voter

if TYPE_CHECKING:
    from reviewapp.models import Job, Member
    from screening.models import Import
    from tests.services import Service

AWAY = 120.0  # seconds for which a browser goes on trying


def outcome(taken: Import) -> dict[str, set[object]]:
    """All that import and de-duplication have come to, told by places in the file: the same for two imports of one file."""
    from screening.models import Link, Pair

    citations: defaultdict[int, set[int]] = defaultdict(set)
    links = Link.objects.filter(record__source=taken, undone_at=None)
    for place, citation in links.values_list("record__position", "citation"):
        citations[citation].add(place)
    return {
        "clusters": {frozenset(places) for places in citations.values()},
        "rules of links": set(links.values_list("record__position", "rule")),
        "pairs": set(Pair.objects.filter(a__source=taken).values_list("a__position", "b__position", "state", "rule")),
    }


def worked_at(taken: Import, kind: str, attempt: int, reached: float, begun: float) -> Job | None:
    """Wait until an attempt at an import's job of this kind, later than this one, has come so far; None when the job is over before that."""
    from reviewapp.models import Job

    while time.monotonic() - begun < GIVE_UP:
        job = Job.objects.filter(kind=kind, args__import_id=taken.pk).order_by("-pk").first()
        if job and job.is_finished:
            return None
        if job and job.state == Job.State.RUNNING and job.attempt > attempt and job.done >= reached:
            return job
        time.sleep(0.02)
    sys.exit(f"not within {GIVE_UP:.0f} s: {kind} at {reached:.0f} of its 1000 parts")


def all_done(begun: float) -> None:
    """Wait until no job waits or runs."""
    from reviewapp.models import Job

    while Job.objects.filter(finished_at=None).exists():
        if time.monotonic() - begun > GIVE_UP:
            sys.exit(f"not done {GIVE_UP:.0f} s after it began")
        time.sleep(0.2)


class Enduring(Voter):
    """A member whose browser keeps a vote until the server has answered: what finds nobody there is sent again, with the same key."""

    again = 0

    def ask(self, method: str, path: str, **fields: str) -> str:
        until = time.monotonic() + AWAY
        while True:
            noted = len(self.tally.errors)
            page = super().ask(method, path, **fields)
            if page or time.monotonic() > until:
                return page
            del self.tally.errors[noted:]
            self.again += 1
            time.sleep(0.3)


def voting(voter: Enduring, start: int, last: int, over: Event) -> None:
    """Vote at the desk, a vote a second, on what was there before the import; until it is over, or nothing of that waits."""
    while not over.is_set() and not voter.tally.errors:
        cards = [int(card) for card in voter.ahead(str(start)) if int(card) <= last]
        if not cards:
            return
        for start in cards:
            voter.vote(str(start))
            if over.wait(1.0):
                return


@contextmanager
def voters_at_work(service: Service, owner: Member, count: int, wrong: list[str]) -> Iterator[None]:
    """So many members vote meanwhile; afterwards every vote that was answered is there, once, and every verdict follows from its votes."""
    from reviewapp.models import Role
    from tests import build

    if not count:
        yield
        return
    ids = [each.pk for each in build.citations(owner, BEFORE)]
    team = [build.member(owner, Role.REVIEWER, f"Voter {n}") for n in range(count)]
    cookies = ["=".join(*service.session(member.user).items()) for member in team]
    voters = [Enduring(service.address, owner.review.slug, cookie, seed=n) for n, cookie in enumerate(cookies)]
    over = Event()
    with ThreadPoolExecutor(count) as people:
        for n, voter in enumerate(voters):
            people.submit(voting, voter, ids[n * len(ids) // count] - 1, ids[-1], over)
        try:
            yield
        finally:
            over.set()
    total = Tally()
    for voter in voters:
        total.add(voter.tally)
    kept = sum(voter.again for voter in voters)
    print(
        f"  {total.kinds['stored']} votes stored meanwhile, {total.kinds['not needed']} not needed; {kept} requests sent again",
        flush=True,
    )
    wrong += lost_votes(owner, total)


def lost_votes(owner: Member, told: Tally) -> list[str]:
    """What is not as the voters were told."""
    from reviewapp import audit
    from reviewapp.models import Event as Told
    from screening.models import Standing, Vote
    from screening.workflow.standing import Case

    review = owner.review
    votes = Vote.unblinded.filter(citation__review=review)
    events = Told.unblinded.filter(review=review, verb="screening.voted").count()
    wrong = list(told.errors)
    if not votes.count() == events == told.kinds["stored"]:
        wrong.append(f"{told.kinds['stored']} votes told as stored, {votes.count()} found, {events} events of them")
    if not told.kinds["stored"]:
        wrong.append("nobody voted")
    for standing in Standing.objects.filter(citation__in=votes.values("citation"), stage=STAGE).select_related(
        "citation"
    ):
        if Case(standing.citation).verdict(STAGE).state != standing.state:
            wrong.append(f"citation {standing.citation_id} is {standing.state}, its votes say otherwise")
    while audit.seal(review):
        continue
    return wrong + [f"trail, position {breach.position}: {breach.problem}" for breach in audit.verify(review)]


def kill(service: Service, owner: Member, records: int, kills: int, seed: int, voters: int = 0) -> list[str]:
    """One import undisturbed, and the same file again with the worker killed so many times; -> what is wrong in the end."""
    from reviewapp.models import Job
    from screening import workflow
    from tests import build

    chance = random.Random(seed)
    export = list(made.export(records))
    sent, works = [text.encode() for _, text in export], [work for work, _ in export]
    print(f"{records:,} records, {kills} kills, seed {seed}, {voters} voters", flush=True)
    begun = time.monotonic()
    calm = workflow.start_import(owner, build.search(owner), "big.ris", sent)
    all_done(begun)
    print(f"  undisturbed it takes {time.monotonic() - begun:.1f} s", flush=True)
    expected = outcome(calm)
    other = build.review(owner.user, title="Killed")
    wrong: list[str] = []
    with voters_at_work(service, other, voters, wrong):
        taken, begun = (
            workflow.start_import(other, build.search(other, source="Embase"), "big.ris", sent),
            time.monotonic(),
        )
        happened = killed_on_the_way(service, taken, kills, chance, begun)
        all_done(begun)
        print(f"  all done {time.monotonic() - begun:.1f} s after the file came", flush=True)
    wrong += [f"{job.kind} failed: {job.error}" for job in Job.objects.filter(state=Job.State.FAILED)]
    wrong += [f"only {happened} of {kills} kills fell while a job was at work"] if happened < kills else []
    log = service.log.read_text()
    print(
        f"  {log.count('Traceback')} errors in the log of the service, {log.count('missed a beat')} missed heartbeats"
    )
    found = outcome(taken)
    wrong += [
        f"not as without kills: {what}, {len(found[what] ^ expected[what])} differ"
        for what in expected
        if found[what] != expected[what]
    ]
    return wrong + recount(taken, works)


def killed_on_the_way(service: Service, taken: Import, kills: int, chance: random.Random, begun: float) -> int:
    """Kill the worker so many times, and start the service again each time; -> how many times that was while a job was at work."""
    from reviewapp.models import Job

    happened, port = 0, urlsplit(service.address).port or 0
    for kind, count in ("screening.import", (kills + 1) // 2), ("screening.deduplicate", kills // 2):
        attempt = 0
        for reached in sorted(chance.uniform(0, 1000) for _ in range(count)):
            job = worked_at(taken, kind, attempt, reached, begun)
            if job is None:
                print(f"  {kind} was over before it could be killed at {reached / 10:.1f} %", flush=True)
                break
            time.sleep(chance.uniform(0, 0.1))
            service.kill_worker()
            happened, attempt = happened + 1, job.attempt
            at = f"{kind}, attempt {attempt}, {job.done / 10:.1f} %: {job.message}"
            service.restart(port=port)
            restarted = time.monotonic()
            while not (Job.objects.get(pk=job.pk).attempt > attempt or Job.objects.get(pk=job.pk).is_finished):
                time.sleep(0.02)
            went_on = time.monotonic() - restarted
            print(f"  kill {happened} at {at}; it went on {went_on:.1f} s after the restart", flush=True)
    return happened
