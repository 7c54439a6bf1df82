"""How long do analyses take? `python -m tests.bench.analyses` on SQLite, `python -m tests.postgres python -m tests.bench.analyses` on
PostgreSQL. Everything is done in this one process, as one worker would do it.

Two things: a review of 300 analyses over 20 studies recomputed from scratch (the aim: under 30 s), and the way from signing an
agreement to the page with the new forest plot, of an analysis of 20 studies (the aim: 2 s at the 95th percentile). Of the 300 half are of
events and half of means, with different models, estimators and sensitivity analyses.
"""

from __future__ import annotations

import statistics
import sys
import time
from itertools import product
from random import Random
from typing import Any

from tests.bench.database import on_a_database_of_its_own
from tests.bench.trials import trials

STUDIES, ANALYSES, ROUNDS = 20, 300, 20
SCRATCH_SECONDS, PAGE_SECONDS = 30, 2


def made() -> dict[str, Any]:
    """A review of agreed studies and planned analyses. Rows are stored in bulk, as the verbs would have left them."""
    from django.utils import timezone

    from analysis.models import Analysis
    from extraction import queries, workflow
    from extraction.models import Entry, Sheet
    from reviewapp.models import Role
    from tests import build

    random, now = Random(7), timezone.now()
    owner = build.review()
    first, second = (build.member(owner, Role.REVIEWER, name) for name in ("Fay First", "Sam Second"))
    plans = [
        *product(("RR", "OR", "RD"), ("IV",), ("REML", "DL", "PM")),
        *product(("SMD", "MD"), ("IV",), ("REML", "DL", "PM")),
    ]
    outcomes = {}
    for number in range(-(-ANALYSES // len(plans))):
        for kind in ("dichotomous", "continuous"):
            outcomes[kind, number] = workflow.define_outcome(first, name=f"{kind} {number}", kind=kind)
    here = owner.review
    studies = trials(owner, STUDIES)
    sheets = [
        Sheet(study=study, member=member, tool=queries.FORM, submitted_at=now, agreed=agreed)
        for study in studies
        for member, agreed in ((first, False), (second, False), (first, True))
    ]
    Sheet.unblinded.bulk_create(sheets, batch_size=500)
    answers = {study.pk: answers_of(random, study, outcomes) for study in studies}
    entries = [
        Entry(sheet=sheet, key=key, value=value, taken_from="both" if sheet.agreed else "")
        for sheet in sheets
        for key, value in answers[sheet.study_id].items()
    ]
    Entry.unblinded.bulk_create(entries, batch_size=500)
    wanted = [
        (outcomes["continuous" if measure in ("SMD", "MD") else "dichotomous", number], measure, method, estimator)
        for number in range(-(-ANALYSES // len(plans)))
        for measure, method, estimator in plans
    ][:ANALYSES]
    Analysis.objects.bulk_create(
        Analysis(review=here, outcome=outcome, measure=measure, method=method, estimator=estimator, position=place)
        for place, (outcome, measure, method, estimator) in enumerate(wanted)
    )
    print(f"{len(studies)} studies, {len(wanted)} analyses, {len(entries)} answers")
    return {"pair": (first, second), "studies": studies}


def answers_of(random: Random, study: Any, outcomes: dict[tuple[str, int], Any]) -> dict[str, object]:
    found: dict[str, object] = {"study/design": "RCT", "study/participants": "Mothers", "study/interventions": "Talks"}
    for (kind, _), outcome in outcomes.items():
        for arm in study.arms.all():
            total = random.randint(20, 200)
            values: dict[str, object] = {"events": random.randint(0, total // 3), "total": total}
            if kind == "continuous":
                values = {"mean": round(random.gauss(10, 2), 2), "sd": round(random.uniform(1, 4), 2), "n": total}
            found |= {f"outcome/{outcome.pk}/arm/{arm.pk}/{name}": value for name, value in values.items()}
    return found


def run() -> int:
    from django.test import Client
    from django.urls import reverse

    from analysis import workflow
    from analysis.models import REFRESH, Analysis, Run
    from extraction import workflow as extraction
    from extraction.models import Entry
    from reviewapp import jobs
    from tests.conftest import do_jobs

    jobs.send = lambda job_id: None  # there is no broker here: jobs are done from their rows
    here = made()
    first, _ = here["pair"]
    jobs.enqueue(first, REFRESH)
    began = time.perf_counter()
    done = do_jobs()
    scratch = time.perf_counter() - began
    print(
        f"{Run.objects.exclude(finished_at=None).count()} runs from scratch in {scratch:.1f} s, {done} jobs", flush=True
    )

    Analysis.objects.exclude(pk=Analysis.objects.earliest("pk").pk).update(dropped_at="2026-01-01T00:00Z")
    shown = Analysis.objects.get(dropped_at=None)
    workflow.request_run(first, shown)
    do_jobs()
    client = Client()
    client.force_login(first.user)
    page = reverse("analysis:analysis", args=[first.review.slug, shown.pk])
    times = []
    for place in range(ROUNDS):
        study = here["studies"][place % STUDIES]
        extraction.reopen_sheet_agreement(first, study)
        do_jobs()
        runs = shown.runs.count()
        arm = study.arms.first()
        both = Entry.unblinded.filter(sheet__study=study, key=f"outcome/{shown.outcome_id}/arm/{arm.pk}/events")
        both.update(value=place + 1)  # as if both authors had read another number
        began = time.perf_counter()
        extraction.agree_sheet(first, study, {})
        do_jobs()
        answer = client.get(page).content.decode()
        times.append(time.perf_counter() - began)
        assert "<svg" in answer
        assert shown.runs.count() > runs, "the change made no run"
    worst = statistics.quantiles(times, n=20)[-1]
    print(f"from sign-off to the forest plot on the page: {statistics.median(times):.2f} s median, {worst:.2f} s p95")
    return 1 if scratch > SCRATCH_SECONDS or worst > PAGE_SECONDS else 0


if __name__ == "__main__":
    sys.exit(on_a_database_of_its_own(run))
