"""What stands in the summary of findings, who may see which rating of it, and how far do the raters agree?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from analysis.grade.absolute import Absolute, absolute, usual_mean, usual_risk
from analysis.grade.certainty import DOMAINS, LEVELS, Rating, apart
from analysis.measures import measure
from analysis.models import Analysis, CertaintyRating, Finding, Run
from analysis.pooling import CONTROL
from analysis.queries.analyses import Shown, all_analyses, analyses, shown
from reviewapp.access import Can, can
from reviewapp.errors import NotHere
from reviewapp.models import Member
from screening.consensus.agreement import Agreement, agreement, table


def findings(member: Member) -> QuerySet[Finding]:
    """The outcomes of the review's summary, in the order of the analyses."""
    found = Finding.objects.filter(analysis__review=member.review_id, analysis__dropped_at=None, dropped_at=None)
    return found.select_related("analysis__outcome")


def finding(member: Member, pk: int) -> Finding:
    """One of them, by id. Raises NotHere."""
    found = findings(member).filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found


def candidates(member: Member) -> QuerySet[Analysis]:
    """Planned analyses that are not in the summary."""
    return analyses(member).exclude(pk__in=findings(member).values("analysis"))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the summary. mine: the member's own rating; pair: both ratings, once both are in; agreed: what is signed."""

    finding: Finding
    shown: Shown
    mine: CertaintyRating | None
    pair: Sequence[CertaintyRating]
    agreed: CertaintyRating | None

    @property
    def run(self) -> Run | None:
        """The run whose numbers stand, if it pooled anything."""
        return self.shown.run if self.shown.run and self.shown.run.state == Run.State.DONE else None

    @property
    def certainty(self) -> Rating | None:
        return self.agreed.rating if self.agreed else None

    @property
    def is_stale(self) -> bool:
        """Whether the certainty was agreed on for another run than the one that stands."""
        return self.agreed is not None and (self.run is None or self.agreed.run_id != self.run.pk)

    @property
    def compares(self) -> bool:
        """Whether its groups are compared: a proportion or a rate of one group says nothing of an intervention."""
        return measure(self.run.options["measure"] if self.run else self.finding.analysis.measure).compares

    @property
    def takes_risk(self) -> bool:
        """Whether its effect says something about risks."""
        return self.run is not None and measure(self.run.options["measure"]).risk is not None

    @property
    def assumed(self) -> float | None:
        """The risk without the intervention, of 1000: as somebody said, else the median of the control groups."""
        if self.finding.assumed_risk is not None:
            return self.finding.assumed_risk
        if self.run is None or not measure(self.run.options["measure"]).answers.has_risk:
            return None
        # of a study whose control group is split among several comparisons, each part has the risk of the whole: it counts once
        of_studies = {study["study"]: study[CONTROL] for study in self.run.result["studies"] if not study["reason"]}
        control = of_studies.values()
        return usual_risk([group["events"] for group in control], [group["total"] for group in control])

    @property
    def usual_mean(self) -> float | None:
        """The mean without the intervention, where all studies give it in one unit: the median of the control groups."""
        if self.run is None or measure(self.run.options["measure"]).higher_in != "":
            return None
        pooled = [study for study in self.run.result["studies"] if not study["reason"] and not study.get("turned")]
        return usual_mean(list({study["study"]: study[CONTROL]["mean"] for study in pooled}.values()))

    @property
    def absolute(self) -> Absolute | None:
        """Numbers of 1000 people; None without a pooled effect, or for a measure that has no risks."""
        if self.run is None or self.assumed is None:
            return None
        effect = [float(str(self.run.result[name])) for name in ("estimate", "lower", "upper")]
        return absolute(measure(self.run.options["measure"]), self.assumed, effect)


def lines(member: Member, chosen: Sequence[Finding] | None = None) -> list[Line]:
    """The summary, or these lines of it. The number of queries does not grow with them."""
    chosen = list(findings(member)) if chosen is None else list(chosen)
    planned = all_analyses(member).filter(pk__in=[each.analysis_id for each in chosen])
    stands = {each.analysis.pk: each for each in shown(member, planned)}
    seen = CertaintyRating.blind.for_member(member).standing().filter(finding__in=chosen)
    ratings = list(seen.select_related("member__user", "run"))
    made = []
    for each in chosen:
        here = [rating for rating in ratings if rating.finding_id == each.pk]
        own = [rating for rating in here if not rating.agreed]
        made.append(
            Line(
                finding=each,
                shown=stands[each.analysis_id],
                mine=next((rating for rating in own if rating.member_id == member.pk), None),
                pair=own if len(own) > 1 else (),
                agreed=next((rating for rating in here if rating.agreed), None),
            )
        )
    return made


def undecided(line: Line) -> frozenset[str]:
    """What whoever signs has to choose, for the two raters differ in it; nothing once an agreement stands."""
    if not line.pair or line.agreed:
        return frozenset()
    one, other = line.pair
    return apart(one.rating, other.rating)


def may_agree(member: Member, line: Line) -> bool:
    """Whether this member may sign what is agreed: one of the two raters, or who settles conflicts."""
    raters = {rating.member_id for rating in line.pair}
    present = can(member, Can.ARBITRATE) or (can(member, Can.EXTRACT) and member.pk in raters)
    return present and len(raters) > 1


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far the raters agreed before they talked. domains: of how many outcomes both took the same step, by domain."""

    outcomes: int
    same: int
    certainty: Agreement
    domains: list[tuple[str, int]]


def reliability(rated: Sequence[Line]) -> Reliability | None:
    """Of the outcomes that both have rated; raters are taken as interchangeable. None without one."""
    pairs = [line.pair for line in rated if line.pair]
    if not pairs:
        return None
    counted = Counter((first.rating.certainty, second.rating.certainty) for first, second in pairs)
    same = [
        (domain.name, sum(first.steps.get(domain.id, 0) == second.steps.get(domain.id, 0) for first, second in pairs))
        for domain in DOMAINS
    ]
    alike = sum(times for (one, other), times in counted.items() if one == other)
    return Reliability(len(pairs), alike, agreement(table(counted, LEVELS)), same)
