"""Whatever was imported, once it is all undone the review is as it was; and brought back, it is as it was before that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewapp.models import Member
from screening import workflow
from screening.models import Bibliography, Citation, Import, Link, Standing
from tests import build
from tests.world import undone

pytestmark = pytest.mark.django_db

WALK = {
    "TI": "Walking after surgery of the knee: a trial",
    "AU": ["Okafor, A."],
    "PY": "2019",
    "JO": "J Walk",
    "VL": "7",
    "SP": "101",
}
TEA = {
    "TI": "Tea or coffee before sleep in older adults",
    "AU": ["Silva, M."],
    "PY": "2020",
    "JO": "J Tea",
    "DO": "10.5555/tea",
}
NAP = {
    "TI": "Naps of infants and their mothers",
    "AU": ["Anders, T."],
    "PY": "1999",
    "JO": "Sleep",
    "DO": "10.5555/nap",
}
FILES = (
    build.ris(WALK | {"DO": "10.5555/walk"}, TEA),
    build.ris(TEA | {"AB": "A long abstract on tea."}, NAP, NAP),
    build.ris(WALK | {"PM": "123456"}, {"TI": "Naps of infants and their mothers", "DO": "10.5555/nap"}),
    b"10.5555/tea\n10.5555/nap\n10.5555/nobody\n",
)
BEFORE = build.ris(WALK, {"TI": "Of sleep", "PY": "1980"})


def state(member: Member) -> dict[str, Any]:
    """What is in view: citations as they are shown, where they stand, and which record is of which."""
    live = Citation.objects.filter(review=member.review_id, live=True).order_by("pk")
    links = Link.objects.filter(undone_at=None, record__source__undone_at=None, record__review=member.review_id)
    return {
        "citations": list(live.values_list("pk", *Bibliography.FIELDS)),
        "standings": sorted(Standing.objects.filter(citation__in=live).values_list("citation", "stage", "state")),
        "links": sorted(links.values_list("record", "citation")),
    }


@given(
    order=st.permutations(range(len(FILES))), count=st.integers(1, len(FILES)), back=st.permutations(range(len(FILES)))
)
@settings(max_examples=6, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_imports_undone_in_any_order_leave_the_review_as_it_was(
    owner: Member, first: Member, jobs_now: Callable[[], int], order: list[int], count: int, back: list[int]
) -> None:
    with undone():
        build.imported(owner, BEFORE)
        jobs_now()
        workflow.vote(first, Citation.objects.order_by("pk").first(), "title_abstract", "include")
        empty = state(owner)
        taken: dict[int, Import] = {}
        for which in order[:count]:
            taken[which] = build.imported(owner, FILES[which], into=build.search(owner, source=f"Source {which}"))
            jobs_now()
        full = state(owner)
        assert len(full["links"]) > len(empty["links"])
        undoing = [taken[which] for which in back if which in taken]
        for each in undoing:
            workflow.undo_import(owner, each)
            jobs_now()
        assert state(owner) == empty
        for each in reversed(undoing):
            workflow.restore_import(owner, each)
            jobs_now()
        assert [row[1:] for row in state(owner)["citations"]] == [row[1:] for row in full["citations"]]
        assert len(state(owner)["links"]) == len(full["links"])
