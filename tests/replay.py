"""Do verbs, kappa and flow diagram come to what a recount from the labels says? `python -m tests.replay SET.csv.gz ...`

plays labelled screening decisions through the verbs: two members vote on everything, each with errors of their own, an arbiter settles what
they disagree on, some reports cannot be had, some are excluded for a reason. Then everything is counted again from what was meant, without
the product: which citations are where, Cohen's kappa, every number of the diagram. It prints both, and ends with 1 if they differ.
"""

from __future__ import annotations

import csv
import gzip
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewapp.models import Member

TA, FT = "title_abstract", "full_text"
REASONS = ("Wrong population", "Wrong intervention", "Wrong comparison", "Not randomised")
NOT_HAD = 12  # of so many reports one cannot be had


@dataclass(frozen=True)
class Rates:
    """How a member errs: how often they miss what belongs in, let in what does not, and say maybe in place of include."""

    misses: float
    lets_in: float
    doubts: float


CAREFUL, HASTY = Rates(0.03, 0.05, 0.2), Rates(0.12, 0.10, 0.05)


@dataclass
class Meant:
    """What was said and what followed, by the number of the record; kept beside the product, by rules of its own."""

    votes: dict[tuple[int, str, int], tuple[str, str]] = field(
        default_factory=dict
    )  # record, stage, member: answer, reason
    settled: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict)
    not_had: set[int] = field(default_factory=set)

    def verdict(self, record: int, stage: str) -> tuple[str, str] | None:
        """include or exclude, and why; None where the two differ and nobody has settled it."""
        said = [self.votes[record, stage, member] for member in (0, 1)]
        ways = {(answer if answer == "exclude" else "include", reason) for answer, reason in said}
        return self.settled.get((record, stage)) or (ways.pop() if len(ways) == 1 else None)

    def kappa(self, stage: str) -> float | None:
        """Cohen's kappa of the two members, maybe as include; None where it is not defined."""
        pairs: Counter[tuple[bool, bool]] = Counter()
        for record, at, member in self.votes:
            if at == stage and member == 0:
                pairs[tuple(self.votes[record, stage, each][0] != "exclude" for each in (0, 1))] += 1
        n = pairs.total()
        observed = (pairs[True, True] + pairs[False, False]) / n
        yes = [sum(times for said, times in pairs.items() if said[member]) / n for member in (0, 1)]
        expected = yes[0] * yes[1] + (1 - yes[0]) * (1 - yes[1])
        return None if expected == 1 else round((observed - expected) / (1 - expected), 10)


def labelled(path: Path, most: int | None = None) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))[:most]


def goes_on(row: dict[str, str]) -> bool:
    """Whether it belongs into the full-text stage: by the label for titles and abstracts, if there is one."""
    return row.get("label_abstract", row["label_included"]) == "1" or row["label_included"] == "1"


# --- playing -----------------------------------------------------------------------------------------------------


class Play:
    """One set, played through the verbs by first, second and arbiter of the owner's review."""

    def __init__(self, owner: Member, pair: tuple[Member, Member], arbiter: Member, rows: list[dict[str, str]]) -> None:
        self.owner, self.pair, self.arbiter, self.rows = owner, pair, arbiter, rows
        self.chance = random.Random(len(rows))
        self.meant = Meant()
        self.reasons = {each.text: each for each in owner.review.exclusion_reasons.all()}
        self.citation = self.imported()
        self.order = list(range(len(rows)))

    def imported(self) -> dict[int, object]:
        """The set as one export file; record number -> citation."""
        from screening.models import Link
        from tests import build

        data = build.ris(*({"TI": line(row["title"]), "AB": line(row["abstract"])} for row in self.rows))
        taken = build.imported(self.owner, data, name="labelled.ris")
        links = Link.objects.filter(record__source=taken, undone_at=None).select_related("citation", "record")
        return {link.record.position - 1: link.citation for link in links}

    def play(self) -> None:
        """Title and abstract, retrieval, full text: each member in an order of their own."""
        self.stage(TA, {i: goes_on(row) for i, row in enumerate(self.rows)})
        self.retrieve()
        at_hand = [i for i in self.passed() if i not in self.meant.not_had]
        self.stage(FT, {i: self.rows[i]["label_included"] == "1" for i in at_hand})

    def passed(self) -> list[int]:
        return [i for i in range(len(self.rows)) if self.meant.verdict(i, TA) == ("include", "")]

    def stage(self, stage: str, belongs: dict[int, bool]) -> None:
        from screening import workflow as screening

        for number, (member, rates) in enumerate(zip(self.pair, (CAREFUL, HASTY), strict=True)):
            for i in self.chance.sample(sorted(belongs), len(belongs)):
                answer, reason = self.answer(i, stage, belongs[i], rates)
                self.meant.votes[i, stage, number] = (answer, reason)
                screening.vote(member, self.citation[i], stage, answer, reason=self.reasons.get(reason))
        for i in belongs:
            if self.meant.verdict(i, stage) is None:
                decided = ("include", "") if belongs[i] else ("exclude", self.why(i) if stage == FT else "")
                self.meant.settled[i, stage] = decided
                reason = self.reasons.get(decided[1])
                screening.resolve(self.arbiter, self.citation[i], stage, decided[0], reason=reason)

    def answer(self, i: int, stage: str, belongs: bool, rates: Rates) -> tuple[str, str]:
        errs = self.chance.random() < (rates.misses if belongs else rates.lets_in)
        if belongs != errs:
            doubts = stage == TA and self.chance.random() < rates.doubts
            return ("maybe" if doubts else "include"), ""
        slips = stage == FT and self.chance.random() < 0.1
        return "exclude", (self.why(i + slips) if stage == FT else "")

    def why(self, i: int) -> str:
        return REASONS[i % len(REASONS)]

    def retrieve(self) -> None:
        from screening import workflow as screening

        for i in self.passed():
            if i % NOT_HAD == 0:
                self.meant.not_had.add(i)
                screening.not_retrieved(self.owner, self.citation[i], "Asked two libraries and the author.")
            else:
                screening.mark_retrieved(self.owner, self.citation[i])


def line(text: str) -> str:
    return " ".join(text.split())


# --- comparing ---------------------------------------------------------------------------------------------------


def recount(play: Play) -> dict[str, object]:
    """The sets behind the diagram and the two kappas, from what was meant alone; records by their numbers."""
    meant, everything = play.meant, set(range(len(play.rows)))
    passed = set(play.passed())
    judged = {i: meant.verdict(i, FT) for i in passed - meant.not_had}
    found: dict[str, object] = {
        "database_results": everything,
        "dbr_screened": everything,
        "dbr_records_excluded": everything - passed,
        "dbr_sought": passed,
        "dbr_not_retrieved": meant.not_had,
        "dbr_assessed": set(judged),
        "dbr_reports_excluded": {i for i, verdict in judged.items() if verdict and verdict[0] == "exclude"},
        "new_reports": {i for i, verdict in judged.items() if verdict == ("include", "")},
        **{reason: {i for i, verdict in judged.items() if verdict == ("exclude", reason)} for reason in REASONS},
    }
    return found | {f"kappa, {stage}": meant.kappa(stage) for stage in (TA, FT)}


def counted(play: Play) -> dict[str, object]:
    """The same, as the product has it: what the lists of the diagram hold, how many its numbers count, and its kappas."""
    from analysis import queries
    from screening.models import Record
    from screening.queries.agreement import lines

    record_of = {citation.pk: i for i, citation in play.citation.items()}
    found: dict[str, object] = {}
    flow = queries.flow(play.owner)
    assert flow.breaches == ()
    for number in flow.counts.numbers.values():
        listed = queries.listed(play.owner, number.key)
        ids = set(listed.values_list("pk", flat=True))
        assert len(ids) == number.n, number.key
        key = number.label if "dbr_reason:" in number.key else number.key
        positions = (
            {pk: position - 1 for pk, position in listed.values_list("pk", "position")}
            if listed.model is Record
            else record_of
        )
        found[key] = {positions[pk] for pk in ids}
    for stage in (TA, FT):
        (line,) = [each for each in lines(play.owner, stage, apart=False) if each.pair and not each.week]
        kappa = line.found.kappa.value
        found[f"kappa, {stage}"] = None if kappa is None else round(kappa, 10)
    return found


def differences(play: Play) -> Iterator[str]:
    """Each figure in which product and recount differ; printed are all."""
    product = counted(play)
    for key, expected in recount(play).items():
        got = product[key]
        shown = [str(len(each) if isinstance(each, set) else each) for each in (expected, got)]
        print(f"  {key:28}{shown[0]:>16}{shown[1]:>16}")
        if got != expected:
            yield f"{key}: the recount says {expected}, the product {got}"


def team(title: str) -> tuple[Member, tuple[Member, Member], Member]:
    """A review with its people."""
    from reviewapp.models import Role, User
    from tests import build

    def user(name: str) -> User:
        return User.objects.filter(name=name).first() or build.user(name)

    def joined(role: str, name: str, *, author: bool) -> Member:
        from reviewapp import workflow

        return workflow.accept(user(name), workflow.invite(owner, role, is_author=author).token)

    owner = build.review(user("Olga Owner"), title=title, reasons=REASONS)
    pair = (joined(Role.REVIEWER, "Fay First", author=True), joined(Role.REVIEWER, "Sam Second", author=True))
    return owner, pair, joined(Role.ARBITER, "Ari Arbiter", author=False)


def main(paths: list[str]) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from reviewapp import audit

    call_command("migrate", verbosity=0)
    wrong: list[str] = []
    for path in paths:
        started = time.monotonic()
        owner, pair, arbiter = team(Path(path).name)
        play = Play(owner, pair, arbiter, labelled(Path(path)))
        play.play()
        print(
            f"{Path(path).name}, {len(play.rows):,} records, {len(play.meant.votes):,} votes, "
            f"{len(play.meant.settled):,} conflicts, {time.monotonic() - started:.0f} s; by recount, by product:"
        )
        found = list(differences(play))
        audit.seal_all()
        found += [f"trail: {breach.problem}" for breach in audit.verify(owner.review)]
        wrong += found
        print("  all equal" if not found else "\n".join(found), flush=True)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
