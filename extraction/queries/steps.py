"""What waits for this member on this floor, and how far is the review here?"""

from __future__ import annotations

from collections import Counter

from django.urls import reverse

from extraction.models import Study
from extraction.queries.studies import AGREED, BOTH, NEW, OPEN, all_studies, included_reports, reports_without_study
from reviewapp.access import Can, can
from reviewapp.models import Member
from reviewapp.queries import Step


def waits_for(member: Member, study: Study) -> set[str]:
    """What this member has to do on a study: any of `extract`, `bias`, `agree`."""
    waiting = set()
    if not member.review.is_open:
        return waiting
    for key, state, agrees in (
        ("extract", study.sheet_state, study.sheet_agrees),
        ("bias", study.bias_state, study.bias_agrees),
    ):
        if state in (NEW, OPEN) and can(member, Can.EXTRACT):
            waiting.add(key)
        if state == BOTH and agrees:
            waiting.add("agree")
    return waiting


def steps(member: Member) -> list[Step]:
    """Studies, Extract, Risk of bias and Agree, for the review's home."""
    counted = [each for each in all_studies(member).prefetch_related(None) if each.counts and not each.dropped_at]
    mine = Counter(key for each in counted for key in waits_for(member, each))
    free = reports_without_study(member).count()
    joined = included_reports(member.review).count() - free
    to_join = free if can(member, Can.EXTRACT) and member.review.is_open else 0
    url = reverse("extraction:studies", args=[member.review.slug])
    sheets_in = sum(each.sheet_state in (BOTH, AGREED) for each in counted)
    bias_in = sum(each.bias_state in (BOTH, AGREED) for each in counted)
    agreed = sum((each.sheet_state == AGREED) + (each.bias_state == AGREED) for each in counted)

    def step(key: str, title: str, done: int, total: int, waiting: int, label: str, show: str, note: str = "") -> Step:
        mine_url = f"{url}?show={show}" if show else url
        return Step(
            key, title, mine_url, done, total, waiting, mine_url if waiting else "", label if waiting else "", note
        )

    total = len(counted)
    return [
        step(
            "studies", "Studies", joined, joined + free, to_join, f"{plural(to_join, 'report')} to join to studies", ""
        ),
        step(
            "extract",
            "Extract",
            sheets_in,
            total,
            mine["extract"],
            f"{plural(mine['extract'], 'study')} to extract",
            "extract",
        ),
        step("bias", "Risk of bias", bias_in, total, mine["bias"], f"{plural(mine['bias'], 'study')} to judge", "bias"),
        step(
            "agree", "Agree", agreed, 2 * total, mine["agree"], f"{plural(mine['agree'], 'study')} to agree on", "agree"
        ),
    ]


def plural(count: int, word: str) -> str:
    """A number with its word: 1 study, 3 studies."""
    if count == 1:
        return f"1 {word}"
    return f"{count} {word[:-1]}ies" if word.endswith("y") else f"{count} {word}s"
