"""Does every number that was pooled open the agreed answer that it came from?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from analysis import cells
from analysis.models import Run
from extraction.models import Outcome
from reviewapp.models import Member
from tests.analysis import build
from tests.extraction import build as studies_of

pytestmark = pytest.mark.django_db


def test_every_number_of_a_run_opens_its_cell_of_the_agreement(
    client: Client, pair: tuple[Member, Member], outcome: Outcome, jobs_now: Callable[[], int]
) -> None:
    hazard = studies_of.outcome(pair[0], "Death", "time_to_event")
    study = studies_of.study(pair, "Murray 2003")
    arms = "-".join(str(arm.pk) for arm in study.arms.order_by("pk"))
    values = {"hr": 0.5, "hr_low": 0.25, "hr_high": 1.0}
    answers = studies_of.cells(study, outcome, build.events(5, 50), build.events(10, 50))
    answers |= {f"outcome/{hazard.pk}/contrast/{arms}/{name}": value for name, value in values.items()}
    build.agree(pair, study, answers)
    plans = build.plan(pair[0], outcome), build.plan(pair[0], hazard, measure="HR", method="IV")
    jobs_now()
    client.force_login(pair[0].user)
    slug = pair[0].review.slug
    agreement = reverse("extraction:sheet-agreement", args=[slug, study.pk])
    there = client.get(agreement).content.decode()
    for planned, count in zip(plans, (4, 1), strict=True):
        run = Run.objects.get(analysis=planned)
        page = client.get(reverse("analysis:run", args=[slug, run.pk])).content.decode()
        opened = re.findall(rf'href="{agreement}#(q-[^"]+)"', page)
        assert len(opened) == count
        assert all(f'id="{each}"' in there for each in opened)
    (row,) = cells.table(Run.objects.get(analysis=plans[0])).rows
    assert [(text, key.rpartition("/")[2]) for text, key in row.linked] == [
        ("5", "events"),
        ("50", "total"),
        ("10", "events"),
        ("50", "total"),
        ("100.0%", ""),
        ("0.50 [0.18, 1.36]", ""),
    ]
