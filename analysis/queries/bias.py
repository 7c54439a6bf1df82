"""Which agreed judgements on risk of bias are there, by what weights do they count, and which stand beside an analysis?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from analysis.models import Analysis, Run
from analysis.queries.analyses import shown
from extraction.models import Outcome
from extraction.queries import AgreedAssessment, Judged, agreed_assessments, judged
from extraction.queries import bias as tools
from reviewapp.errors import NotHere
from reviewapp.models import Member


@dataclass(frozen=True, slots=True)
class Appraised:
    """What was judged with a tool (of a result: for one outcome), and how many studies are agreed on it."""

    judged: Judged
    count: int


def appraised(member: Member) -> list[Appraised]:
    """Everything that has an agreed assessment, in the order of the tools. The number of queries does not grow."""
    counts = Counter(each.key for each in agreed_assessments(member.review))
    known = tools.tools(member.review_id)
    outcomes = Outcome.objects.filter(review=member.review_id).in_bulk()
    found = [(tools.found(key, known, outcomes), count) for key, count in counts.items()]
    order = list(known)
    listed = [Appraised(what, count) for what, count in found if what]
    return sorted(listed, key=lambda each: (order.index(each.judged.tool.id), str(each.judged.outcome or "")))


def assessments(member: Member, key: str) -> tuple[Judged, list[AgreedAssessment]]:
    """The agreed assessments under a key. Raises NotHere where there is none."""
    what, agreed = judged(member, key), agreed_assessments(member.review, key)
    if not agreed:
        raise NotHere(
            "Nothing is agreed on this yet.", todo="Agree on two assessments, or sign again what was reopened."
        )
    return what, agreed


def weighings(member: Member, what: Judged) -> list[Analysis]:
    """The analyses whose weights can be used: of the outcome of a result, else all of them."""
    planned = Analysis.objects.filter(review=member.review_id, dropped_at=None).select_related("outcome")
    return list(planned.filter(outcome=what.outcome) if what.outcome else planned)


def weights(member: Member, what: Judged, chosen: str) -> tuple[Analysis | None, dict[int, float]]:
    """The analysis of this id with its studies' weights, in percent; none for an empty id. Raises NotHere."""
    if not chosen:
        return None, {}
    analysis = next((each for each in weighings(member, what) if str(each.pk) == chosen), None)
    if analysis is None:
        raise NotHere("There is no such analysis of this result.", todo="Choose one of those on the page.")
    run = shown(member, [analysis])[0].run
    if run is None or run.state != Run.State.DONE:
        return analysis, {}
    weights: Counter[int] = Counter()
    for each in run.result["studies"]:  # a study whose control group is split stands there several times
        if not each["reason"]:
            weights[each["study"]] += each["weight"]
    return analysis, dict(weights)
