"""What waits for this member on this floor, what comes next on each study, and how far is the review here?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.urls import reverse

from extraction.models import Study
from extraction.queries.bias import Appraisal, appraised
from extraction.queries.states import AGREED, BOTH, HELD, NEW, OPEN, STATES, TAKEN, VERIFY, WAITING, with_state
from extraction.queries.studies import all_studies, included_reports, reports_without_study, studies
from reviewapp.access import Can, can
from reviewapp.models import Member
from reviewapp.queries import Step

SHEET, BIAS = "sheet", "bias"


def waits_for(member: Member, study: Study) -> set[str]:
    """What this member has to do on a study that `appraised` has brought: any of `extract`, `bias`, `agree`."""
    if not member.review.is_open or not study.counts:
        return set()
    waiting = {waits("extract", member, study.sheet_state, study.sheet_agrees)}
    return (waiting | {waits("bias", member, each.state, each.agrees) for each in study.appraisals}) - {""}


def waits(to_fill_in: str, member: Member, state: str, agrees: bool) -> str:
    """What this member has to do on sheets or assessments that are so far: what filling them in is called, `agree`, or nothing."""
    if state in (NEW, OPEN, VERIFY) and can(member, Can.EXTRACT):
        return to_fill_in
    return "agree" if state == BOTH and agrees else ""


def onward(member: Member, study: Study, key: str) -> NextStep | None:
    """Where this member goes on after a study: the next one, by its label, that waits to be extracted or agreed on; None if none does."""
    if not member.review.is_open or (key == "extract" and not can(member, Can.EXTRACT)):
        return None
    listed = with_state(member, studies(member).filter(counts=True).prefetch_related(None))
    here = next((place for place, each in enumerate(listed) if each.pk == study.pk), -1)
    after = [*listed[here + 1 :], *listed[: max(here, 0)]]
    found = next((each for each in after if waits("extract", member, each.sheet_state, each.sheet_agrees) == key), None)
    return next_step(member, found) if found else None


@dataclass(frozen=True, slots=True)
class NextStep:
    """How far a study's sheets, or its assessments with one tool, are, and where its button leads; label is empty where there is none.

    by_post: pressing it changes something. mine: it waits for this member. name: which assessments; left_over: the plan does not ask for them.
    """

    study: Study
    state: str
    sign: str
    words: str
    label: str = ""
    url: str = ""
    by_post: bool = False
    mine: bool = False
    name: str = ""
    left_over: bool = False
    news: str = ""


def next_step(member: Member, study: Study, news: str = "") -> NextStep:
    """The next step of this member on a study's sheets. news: what a new version of the form asks of the member's own; see news.form_news."""
    label, url, by_post, mine = button(member, study, SHEET, study.sheet_state, study.sheet_agrees)
    return NextStep(study, study.sheet_state, *STATES[study.sheet_state], label, url, by_post, mine, news=news)


def bias_steps(member: Member, study: Study) -> list[NextStep]:
    """The next step of this member on each thing that is judged of a study that `appraised` has brought."""
    return [bias_step(member, study, each) for each in study.appraisals]


def bias_step(member: Member, study: Study, appraisal: Appraisal) -> NextStep:
    what, state = appraisal.judged, appraisal.state
    label, url, by_post, mine = button(member, study, BIAS, state, appraisal.agrees, what.key)
    return NextStep(study, state, *STATES[state], label, url, by_post, mine, what.name, not appraisal.planned)


def button(
    member: Member, study: Study, kind: str, state: str, agrees: bool, *rest: str
) -> tuple[str, str, bool, bool]:
    """Label, address, whether it is a post, and whether it waits for this member."""
    may_begin = can(member, Can.EXTRACT) and member.review.is_open and study.counts
    label, page = {
        NEW: ("Extract" if kind == SHEET else "Judge", "-start") if may_begin else ("", ""),
        TAKEN: ("", ""),
        HELD: ("", ""),
        VERIFY: ("Verify", "-verify") if may_begin else ("", ""),
        OPEN: ("Go on", ""),
        WAITING: ("See what you submitted", ""),
        BOTH: ("Compare and agree" if agrees else "See both", "-agreement"),
        AGREED: ("See what is agreed", "-agreement"),
    }[state]
    url = reverse(f"extraction:{kind}{page}", args=[member.review.slug, study.pk, *rest]) if label else ""
    mine = state in (NEW, OPEN, VERIFY) or (state == BOTH and agrees)
    return label, url, page in ("-start", "-verify"), mine


def steps(member: Member) -> list[Step]:
    """Studies, Extract, Risk of bias and Agree, for the review's home."""
    counted = [each for each in all_studies(member).prefetch_related(None) if each.counts and not each.dropped_at]
    counted = appraised(member, counted)
    mine = Counter(key for each in counted for key in waits_for(member, each))
    to_verify = sum(each.sheet_state == VERIFY and "extract" in waits_for(member, each) for each in counted)
    free = reports_without_study(member).count()
    reports = included_reports(member.review).count()
    to_join = free if can(member, Can.EXTRACT) and member.review.is_open else 0
    total = len(counted)
    sheets_in = sum(each.sheet_state in (BOTH, AGREED) for each in counted)
    judged = [each.state for study in counted for each in study.appraisals if each.planned]
    bias_in = sum(state in (BOTH, AGREED) for state in judged)
    agreed = sum(each.sheet_state == AGREED for each in counted) + sum(state == AGREED for state in judged)
    url = reverse("extraction:studies", args=[member.review.slug])
    return [
        step(url, "studies", "Studies", reports - free, reports, to_join, "report", "to join to studies"),
        step(
            url,
            "extract",
            "Extract",
            sheets_in,
            total,
            mine["extract"],
            "study",
            to_fill_in(mine["extract"], to_verify),
        ),
        step(url, "bias", "Risk of bias", bias_in, len(judged), mine["bias"], "study", "to judge"),
        step(url, "agree", "Agree", agreed, total + len(judged), mine["agree"], "study", "to agree on"),
    ]


def to_fill_in(all_of_them: int, to_verify: int) -> str:
    if not to_verify:
        return "to extract"
    return "to verify" if to_verify == all_of_them else "to extract or verify"


def step(url: str, key: str, title: str, done: int, total: int, mine: int, thing: str, todo: str) -> Step:
    if not mine:
        return Step(key, title, url, done, total)
    mine_url = url if key == "studies" else f"{url}?show={key}"
    return Step(key, title, url, done, total, mine, mine_url, f"{plural(mine, thing)} {todo}")


def plural(count: int, word: str) -> str:
    """A number with its word: 1 study, 3 studies."""
    if count == 1:
        return f"1 {word}"
    return f"{count} {word[:-1]}ies" if word.endswith("y") else f"{count} {word}s"
