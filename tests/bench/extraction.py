"""How fast are the pages of 200 studies x 150 fields x 2 authors? `python -m tests.bench.extraction` on SQLite,
`python -m tests.postgres python -m tests.bench.extraction` on PostgreSQL.

Half of the studies are agreed, a quarter have both sheets in, a quarter are under way; an analysis pools the agreed ones. Each page is
asked for several times through the whole of Django, without a network; printed are the median and the 95th percentile in milliseconds, and
the number of queries. The aims: pages under 300 ms at the 95th percentile, the export of everything under 10 s.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.bench.database import as_served, on_a_database_of_its_own
from tests.bench.trials import trials

STUDIES, QUESTIONS, ROUNDS = 200, 142, 20  # 142 questions and an outcome's eight cells: 150 fields
PAGE_MS, EXPORT_SECONDS = 300, 10


def made() -> dict[str, Any]:
    """The review, its people, and a study of each sort. Rows are stored in bulk: what is measured is reading."""
    from django.db import connection
    from django.utils import timezone

    from extraction import queries, workflow
    from extraction.models import Entry, Sheet
    from reviewapp.models import Role
    from tests import build

    owner = build.review()
    first, second = (build.member(owner, Role.REVIEWER, name) for name in ("Fay First", "Sam Second"))
    outcome = workflow.define_outcome(first, name="Mood", kind="continuous")
    workflow.define_outcome(first, name="Attachment", kind="dichotomous")
    workflow.begin_form(first)
    for number in range(QUESTIONS - 7):
        details = ({"kind": "text"}, {"kind": "integer"}, {"kind": "choice", "options": "Yes\nNo\nIn part"})[number % 3]
        workflow.edit_form(first, "add_question", "on_study", label=f"Question {number}", **details)
    workflow.use_form(first)
    now = timezone.now()
    studies = trials(owner, STUDIES)
    sheets, entries = [], []
    for place, study in enumerate(studies):
        state = ("agreed", "agreed", "both", "open")[place % 4]
        for member in (first, second):
            submitted = None if state == "open" else now
            sheets.append(Sheet(study=study, member=member, tool=queries.FORM, submitted_at=submitted, form_number=1))
        if state == "agreed":
            sheets.append(
                Sheet(study=study, member=first, tool=queries.FORM, submitted_at=now, agreed=True, form_number=1)
            )
    Sheet.unblinded.bulk_create(sheets, batch_size=500)
    fields = {study.pk: queries.form_for(study).fields for study in studies}
    for sheet in sheets:
        asked = [field for field in fields[sheet.study_id] if not field.optional]
        for number, field in enumerate(asked):
            off = sheet.member_id == second.pk and number % 10 == 0
            value: object = {"choice": "no" if off else "yes", "text": f"Answer {number} {'other' if off else ''}"}.get(
                str(field.kind), number + off
            )
            if field.row:
                *_, arm, column = field.key.split("/")
                value = in_tables(sheet.study_id, int(arm)).get(column, value)
            taken = "both" if sheet.agreed else ""
            entries.append(
                Entry(sheet=sheet, key=field.key, value=value, text=f"p. {number}", taken_from=taken, form_number=1)
            )
    Entry.unblinded.bulk_create(entries, batch_size=500)
    print(f"{len(studies)} studies, {len(asked)} fields, {len(sheets)} sheets, {len(entries)} answers")
    key = judge(owner, sheets, outcome)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as PostgreSQL does by itself within a minute or two
    named = {"agreed": studies[0], "both": studies[2], "open": studies[3], "outcome": outcome}
    return {"member": first, "bias": key, **named}


def in_tables(study: int, arm: int) -> dict[str, object]:
    """Numbers that can be pooled and that lint has no reason to doubt, of each study and arm others."""
    chance = random.Random(study * 1000 + arm)
    n = chance.randint(30, 120)
    mean, sd = round(chance.gauss(20, 1.5), 1), round(chance.uniform(5, 8), 1)
    return {"mean": mean, "sd": sd, "n": n, "events": chance.randint(5, 20), "total": n}


def pooled(member: Any, outcome: Any) -> dict[str, Any]:
    """An analysis of all agreed studies, run."""
    from analysis import workflow
    from reviewapp import jobs
    from tests.conftest import do_jobs

    jobs.send = lambda job_id: None  # there is no broker here: jobs are done from their rows
    analysis = workflow.plan(member, outcome, measure="SMD", method="IV", preset="RevMan 5")
    workflow.request_run(member, analysis)
    do_jobs()
    run = analysis.runs.latest("pk")
    print(f"an analysis of {len(run.result['studies']) if run.result else 0} studies")
    return {"analysis": analysis, "run": run}


def judge(owner: Any, sheets: list[Any], outcome: Any) -> str:
    """An assessment with RoB 2 beside each sheet, of the study's result for the outcome; under what they are stored."""
    from extraction import workflow
    from extraction.models import AssessedResult, Assessment, Judgement
    from extraction.rob.designs import Rule
    from tests.extraction import build

    workflow.plan_bias(owner, [Rule("rob2_assignment")])
    key = f"rob2_assignment-{outcome.pk}"
    studies = {sheet.study_id for sheet in sheets}
    AssessedResult.objects.bulk_create(AssessedResult(study_id=pk, outcome=outcome, member=owner) for pk in studies)
    made = [
        Assessment(
            study_id=each.study_id,
            member_id=each.member_id,
            tool=key,
            submitted_at=each.submitted_at,
            agreed=each.agreed,
        )
        for each in sheets
    ]
    Assessment.unblinded.bulk_create(made, batch_size=500)
    unlike = {"1.2": "NI", "randomisation": "some concerns"}
    lines = [
        Judgement(
            assessment=each,
            key=name,
            value=unlike.get(name, value) if each.member_id != owner.pk and each.pk % 2 else value,
            text="As reported on page 2." if name in build.ROB2_DOMAINS else "",
            taken_from="both" if each.agreed else "",
        )
        for each in made
        for name, value in build.ROB2_LOW.items()
    ]
    Judgement.unblinded.bulk_create(lines, batch_size=500)
    print(f"{len(made)} assessments, {len(lines)} judgements and replies")
    return key


def measured(name: str, ask: Callable[[], Any], rounds: int) -> float:
    """Ask so often; print median, 95th percentile, time of the processor (which other programs do not lengthen) and queries.

    The 95th percentile, in milliseconds.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        ask()
        queries = len(seen)
    times, cpu = [], time.process_time()
    for _ in range(rounds):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    cpu = (time.process_time() - cpu) * 1000 / rounds
    worst = statistics.quantiles(times, n=20)[-1] if rounds > 1 else times[0]
    told = (
        f"{statistics.median(times):6.0f} ms median {worst:6.0f} ms p95 {cpu:6.0f} ms of processor {queries:4} queries"
    )
    print(f"{name:28} {told}", flush=True)
    return worst


def read(client: Any, url: str) -> Callable[[], Any]:
    def ask() -> None:
        answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        b"".join(answer.streaming_content) if answer.streaming else answer.content

    return ask


def run() -> int:
    from django.test import Client
    from django.urls import reverse

    here = made()
    here |= pooled(here["member"], here["outcome"])
    slug = here["member"].review.slug
    as_served()
    client = Client()
    client.force_login(here["member"].user)

    def url(name: str, *args: object, of: str = "extraction:") -> str:
        return reverse(f"{of}{name}", args=[slug, *args])

    analysis = partial(url, of="analysis:")
    pages = {
        "home": url("review-home", of=""),
        "studies": url("studies"),
        "study": url("study", here["agreed"].pk),
        "outcomes": url("outcomes"),
        "tools for risk of bias": url("bias-tools"),
        "risk of bias, open": url("bias", here["open"].pk, here["bias"]),
        "risk of bias, to be settled": url("bias-agreement", here["both"].pk, here["bias"]),
        "risk of bias, signed": url("bias-agreement", here["agreed"].pk, here["bias"]),
        "form": url("form"),
        "form, preview": url("form-preview", 1),
        "sheet, open": url("sheet", here["open"].pk),
        "sheet, submitted": url("sheet", here["both"].pk),
        "agreement, to be settled": url("sheet-agreement", here["both"].pk),
        "agreement, signed": url("sheet-agreement", here["agreed"].pk),
        "analyses": analysis("analyses"),
        "an analysis": analysis("analysis", here["analysis"].pk),
        "its run": analysis("run", here["run"].pk),
        "its forest plot": analysis("figure", here["run"].pk, "forest"),
        "the plot's SVG": analysis("figure-svg", here["run"].pk, "forest"),
        "figures of risk of bias": analysis("bias-figures"),
        "a figure of risk of bias": analysis("bias-figure", here["bias"]),
        "findings": analysis("findings"),
        "text": analysis("text"),
        "standards": analysis("standards"),
        "flow diagram": analysis("flow"),
        "flow diagram's SVG": analysis("flow-svg"),
    }
    if os.environ.get("PROFILE"):
        import cProfile
        import pstats

        for each in os.environ["PROFILE"].split(";"):
            ask = read(client, pages[each] if each in pages else url(each))
            ask()
            profile = cProfile.Profile()
            profile.runcall(ask)
            print(each)
            pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
        return 0
    slow = [name for name, each in pages.items() if measured(name, read(client, each), ROUNDS) > PAGE_MS]
    numbers = iter(range(10**6))

    def save() -> None:
        fields = {"version": 10**6, "study/notes": f"Note {next(numbers)}"}
        answer = client.post(url("sheet", here["open"].pk), fields, headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.content

    if measured("one field saved", save, ROUNDS) > PAGE_MS:
        slow.append("one field saved")
    if measured("export of everything", read(client, url("data-csv")), 1) > EXPORT_SECONDS * 1000:
        slow.append("export of everything")
    if measured("agreement by field", read(client, url("field-agreement")), 3) > PAGE_MS:
        slow.append("agreement by field")
    print(f"too slow: {', '.join(slow)}" if slow else "all within the aims")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(on_a_database_of_its_own(run))
