"""Do verbs, kappa and diagram come to what a recount from the labels says, for a whole set of real decisions? tests/replay.py plays others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import replay

pytestmark = pytest.mark.django_db


def test_sets_kappa_and_diagram_of_a_labelled_review_are_those_of_a_recount(shared: Path) -> None:
    play = replay.Play(
        *replay.team("Replay"), replay.labelled(shared / "corpus/screening/Cohen_2006_Antihistamines.csv.gz")
    )
    play.play()
    assert len(play.meant.settled) > 20, "without conflicts it would show little"
    assert list(replay.differences(play)) == []


def test_a_vote_that_went_astray_would_be_found(shared: Path) -> None:
    from screening import workflow as screening

    play = replay.Play(*replay.team("Replay"), replay.labelled(shared / "corpus/screening/Sep_2021.csv.gz", 30))
    play.play()
    astray = next(
        i
        for i in range(30)
        if play.meant.verdict(i, replay.TA) == ("exclude", "") and (i, replay.TA) not in play.meant.settled
    )
    screening.vote(play.pair[0], play.citation[astray], replay.TA, "include")
    screening.resolve(play.arbiter, play.citation[astray], replay.TA, "include")
    assert any(each.startswith("dbr_records_excluded") for each in replay.differences(play))
