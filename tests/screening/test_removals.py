"""Citations can be removed before anybody screens them, are counted as PRISMA counts them, and come back as they were."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from analysis import queries as analysis
from reviewapp.errors import BadInput, Refused, Stale, WrongState
from reviewapp.models import Event, Member, Role
from screening import queries, workflow
from screening.models import Citation, Removal, Standing, Vote
from tests import build, holds

TA = "title_abstract"
pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(owner: Member) -> list[Citation]:
    return build.citations(owner, 4)


def remove(member: Member, *which: Citation, kind: str = "tool", reason: str = "A classifier, version 2") -> Removal:
    found = Citation.objects.filter(pk__in=[each.pk for each in which])
    return workflow.remove_before_screening(member, found, kind, reason)


def state(citation: Citation) -> str:
    return Standing.objects.get(citation=citation, stage=TA).state


def number(member: Member, key: str) -> int:
    return analysis.flow(member).counts.n(key)


def sound(member: Member) -> None:
    now = holds.judged(member.review)
    assert list(holds.copies_that_differ(member.review, now)) == []
    sets = analysis.flow_sets(member)
    assert [*holds.sums_that_fail(member, sets), *holds.lists_that_fail(member, sets)] == []


def test_what_is_removed_waits_for_nobody_and_is_counted_in_a_box_of_its_own(owner, first, rows):
    one, other, third, _ = rows
    remove(owner, one)
    remove(owner, other, third, kind="removed", reason="Not in a language that anybody reads")
    assert one not in queries.queue(first, TA)
    assert queries.progress(first, TA).total == queries.progress(first, TA).left == 1
    assert [number(owner, f"dbr_removed_{kind}") for kind in ("automation", "other")] == [1, 2]
    assert number(owner, "dbr_awaiting_screening") == 1
    assert set(analysis.listed(owner, "dbr_removed_other")) == {other, third}
    assert analysis.flow(owner).breaches == ()
    with pytest.raises(WrongState):
        workflow.vote(first, one, TA, "include")
    sound(owner)


def test_put_back_it_waits_again_with_the_vote_it_had_which_stayed_sealed(owner, first, second, rows):
    workflow.vote(first, rows[0], TA, "include")
    made = remove(owner, *rows[:2])
    assert not Vote.blind.for_member(second).exists()
    sound(owner)
    assert workflow.put_back(owner, made, rows[1]) == 1
    assert workflow.put_back(owner, made) == 1
    assert [state(each) for each in rows] == ["waiting"] * 4
    assert rows[0] not in queries.queue(first, TA)
    assert rows[0] in queries.queue(second, TA)
    with pytest.raises(Stale):
        workflow.put_back(owner, made)
    told = [event.verb for event in queries.events(owner, rows[0])]
    assert told.count("screening.removed") == 1
    assert told.count("screening.put_back") == 2
    sound(owner)


def test_a_conflict_is_removed_like_what_waits_and_is_one_again_afterwards(owner, first, second, rows):
    for member, answer in ((first, "include"), (second, "exclude")):
        workflow.vote(member, rows[0], TA, answer)
    made = remove(owner, rows[0])
    sound(owner)
    workflow.put_back(owner, made)
    assert state(rows[0]) == "conflict"


def test_what_is_decided_or_in_a_sample_stays(owner, first, second, rows):
    build.agreed((first, second), rows[0], TA)
    workflow.start_pilot(owner, TA, [first, second], 1)
    (drawn,) = Citation.objects.filter(standings__pilot__isnull=False)
    remove(owner, *rows)
    assert [state(each) for each in (rows[0], drawn)] == ["include", "waiting"]
    assert Standing.objects.filter(state="tool").count() == 2
    with pytest.raises(Stale, match="none was removed"):
        remove(owner, rows[0], drawn)


def test_out_of_view_and_back_it_is_still_removed(owner, rows):
    remove(owner, *rows[:2])
    taken = rows[0].links.get().record.source
    workflow.undo_import(owner, taken)
    workflow.restore_import(owner, taken)
    assert [state(each) for each in rows] == ["tool", "tool", "waiting", "waiting"]
    sound(owner)


def test_a_removal_needs_its_reason_its_kind_and_somebody_who_may(owner, rows):
    observer = build.member(owner, Role.OBSERVER, "Oda Observer")
    with pytest.raises(BadInput, match="reason"):
        remove(owner, rows[0], reason=" ")
    with pytest.raises(BadInput, match="tool"):
        remove(owner, rows[0], kind="whim")
    with pytest.raises(Refused):
        remove(observer, rows[0])
    elsewhere = build.review(build.user("Uwe Elsewhere"), title="Another review")
    with pytest.raises(Stale):
        remove(elsewhere, rows[0])
    assert not Removal.objects.exists()


def test_a_list_is_removed_from_its_page_and_put_back_from_the_page_of_removals(owner, rows):
    browser = Client()
    browser.force_login(owner.user)
    slug = owner.review.slug
    listed = browser.get(reverse("screening:citations", args=[slug]), {"q": "trial"}).content.decode()
    assert "Remove these before screening?" in listed
    asked = {"q": "trial", "kind": "tool", "reason": "A classifier"}
    browser.post(reverse("screening:remove", args=[slug]), asked)
    assert Standing.objects.filter(state="tool").count() == 4
    everything = browser.post(reverse("screening:remove", args=[slug]), {**asked, "q": ""})
    assert everything.status_code == 422
    page = browser.get(reverse("screening:removals", args=[slug])).content.decode()
    assert "A classifier" in page
    assert "Put back" in page
    of_one = browser.get(reverse("screening:citation", args=[slug, rows[0].pk])).content.decode()
    assert "Marked as ineligible by an automation tool" in of_one
    browser.post(reverse("screening:put-back", args=[slug, Removal.objects.get().pk]))
    assert not Standing.objects.filter(state="tool").exists()
    assert Event.unblinded.filter(verb="screening.put_back").count() == 1


def test_other_methods_are_told_apart_in_the_diagram(owner):
    for place, kind in enumerate(("website", "organisation", "citation", "other")):
        search = build.search(owner, kind=kind, source=kind.title())
        build.imported(owner, build.ris({"TI": f"On marsupials, part {place}", "PY": 1996 + place}), into=search)
    for kind in ("website", "organisation", "citation", "other"):
        assert number(owner, f"{kind}_results") == 1
    assert number(owner, "other_identified") == 4
