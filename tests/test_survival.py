"""What is lost when web server, worker or broker are killed in the middle? Nothing that was answered, and nothing twice."""

from __future__ import annotations

import pytest

from analysis import queries as analyses
from analysis import workflow as analysis
from extraction import workflow as extraction
from reviewapp import audit
from reviewapp.models import Job, Member
from screening import queries, workflow
from screening.models import Import, Pair
from tests import build
from tests.extraction import build as extracted
from tests.load import imports, made
from tests.services import Service, wait_until

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

RECORDS = 4000  # in each file: enough to be under way when the kill comes


def done(job_id: int) -> bool:
    job = Job.objects.get(pk=job_id)
    assert job.state != Job.State.FAILED, job.error
    return job.state == Job.State.DONE


def test_an_import_with_de_duplication_survives_the_killing_of_web_worker_and_broker(service: Service, owner: Member):
    search = build.search(owner)
    for number, kill in enumerate((service.kill_web, service.kill_worker, service.kill_broker)):
        export = list(made.export(RECORDS, first=number * RECORDS, seed=number))
        taken = workflow.start_import(owner, search, f"big-{number}.ris", [text.encode() for _, text in export])
        wait_until(lambda taken=taken: taken.records.exists(), "the import is under way", seconds=90, every=0.01)
        assert not done(taken.job_id), "the import was over before something could be killed"
        kill()
        service.restart()
        pairs = Pair.objects.count()
        wait_until(lambda before=pairs: Pair.objects.count() > before, "duplicates are being linked", seconds=120)
        service.kill_worker()
        service.restart()
        wait_until(lambda: not Job.objects.filter(finished_at=None).exists(), "the jobs are done", seconds=120)
        assert all(done(job.pk) for job in Job.objects.all())
        assert imports.recount(taken, [work for work, _ in export]) == []
        taken.refresh_from_db()
        assert taken.completed_at
    assert queries.searches(owner).get().records == 3 * RECORDS
    assert Import.objects.count() == 3


def test_a_run_survives_too_also_when_it_is_asked_for_while_nothing_runs(
    service: Service, first: Member, second: Member
):
    outcome = extracted.outcome(first)
    planned = analysis.plan(first, outcome, measure="RR", method="MH")
    pair = (first, second)
    kills = (service.kill_worker, service.kill_broker, service.kill_web)
    for number, kill in enumerate(kills, start=1):
        study = extracted.study(pair, f"Study {number}")
        cells = extracted.cells(study, outcome, {"events": 5 + number, "total": 40}, {"events": 9, "total": 41})
        for author in pair:
            extracted.submitted(author, study, cells)
        if number == 2:
            kill()
            extraction.agree_sheet(first, study, {})  # nothing runs: the job waits for the next start
        else:
            extraction.agree_sheet(first, study, {})
            kill()
        service.restart()

        def current(expected: int = number) -> bool:
            run = analyses.current_run(first, planned)
            return run is not None and run.result["k"] == expected

        wait_until(current, f"a run on {number} studies", seconds=90)
    numbers = list(planned.runs.values_list("number", flat=True))
    assert numbers == sorted(set(numbers), reverse=True)
    assert planned.runs.values("input_hash").distinct().count() == len(numbers)
    audit.seal_all()
    assert list(audit.verify(first.review)) == []
