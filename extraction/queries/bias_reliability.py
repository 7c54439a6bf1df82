"""How well did two assessors agree on each domain of a risk-of-bias tool? Over what both have judged and may be seen."""

from __future__ import annotations

from collections import defaultdict

from extraction.models import Assessment, Judgement
from extraction.queries.bias import tool_id, tools
from extraction.queries.reliability import FieldAgreement
from extraction.rob import asking
from extraction.schema.fields import Kind
from extraction.schema.reliability import Reliability, kappa
from reviewapp.models import Member


def submitted_assessments(member: Member) -> list[tuple[Assessment, Assessment]]:
    """The pairs of independent assessments that the member may see: of a study, or of a study's result."""
    seen = Assessment.blind.for_member(member).own().filter(submitted_at__isnull=False, study__dropped_at=None)
    found: dict[tuple[int, str], list[Assessment]] = defaultdict(list)
    for each in seen.order_by("tool", "study", "pk"):
        found[each.study_id, each.tool].append(each)
    return [(pair[0], pair[1]) for pair in found.values() if len(pair) == 2]


def domain_agreement(member: Member) -> list[FieldAgreement]:
    """Every domain of every tool that two assessors have judged, and their judgement over all, in the order of the tools."""
    pairs = submitted_assessments(member)
    said: dict[tuple[int, str], str] = {}
    lines = Judgement.unblinded.filter(assessment__in=[each.pk for pair in pairs for each in pair], value__isnull=False)
    for assessment, key, value in lines.order_by().values_list("assessment", "key", "value"):
        said[assessment, key] = str(value)
    known = tools(member.review_id)
    judged: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
    for first, second in pairs:
        tool = known[tool_id(first.tool)]
        for key in asking.judged_keys(tool):
            a, b = said.get((first.pk, key), ""), said.get((second.pk, key), "")
            if a or b:
                judged.setdefault((tool.id, key), []).append((first.study_id, a, b))
    return [
        FieldAgreement(
            f"{id}/{key}",
            f"{known[id].name}: {asking.title_of(known[id], key)}",
            str(Kind.CHOICE),
            len({study for study, _, _ in rows}),
            Reliability(
                len(rows), sum(a == b for _, a, b in rows), "kappa", kappa([(a, b) for _, a, b in rows if a and b])
            ),
        )
        for (id, key), rows in judged.items()
    ]
