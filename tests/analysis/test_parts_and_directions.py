"""Are arms that are combined into another pooled once, and is a scale that runs the other way doubted before pooling?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analysis import queries
from analysis.queries.doubts import doubts
from extraction import workflow as extraction
from reviewapp.models import Member
from tests.analysis import build
from tests.extraction import build as below

pytestmark = pytest.mark.django_db

ILL = build.means(12, 4, 30), build.means(15, 4, 30)


def test_an_arm_that_is_combined_is_pooled_once_and_another_direction_is_doubted(
    pair: tuple[Member, Member], first: Member, jobs_now: Callable[[], int]
) -> None:
    mood = extraction.define_outcome(first, name="Mood", kind="continuous")
    analysis = build.plan(first, mood)
    build.study(pair, "Ash 2001", mood, *ILL)
    study = below.study(pair, "Oak 2002")
    extraction.add_arm(first, study, name="Low dose", role="other", part_of=study.arms.first())
    cells = below.cells(study, mood, *ILL, build.means(11, 3, 12))
    build.agree(pair, study, cells | {f"outcome/{mood.pk}/study/direction": "better"})
    jobs_now()
    row = queries.current_run(first, analysis).result["studies"][1]
    assert (row["experimental"]["n"], row["arms"]["other"]) == (30, [])
    found = {each.rule for each in doubts(first, queries.shown_analysis(first, analysis.pk)).open}
    assert "scale-direction" in found
