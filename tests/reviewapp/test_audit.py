"""The trail tells who did what, cannot be changed unseen, and tells nobody of another's unsettled vote."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from reviewapp import audit, workflow
from reviewapp.models import ChainLink, Event, Member, Review, Role
from tests import build

Lifted = Callable[[], AbstractContextManager[None]]


def note(member: Member, subject: str = "citation/1", **options: object) -> Event:
    """Any event."""
    with transaction.atomic():
        return audit.record(member, "test.noted", subject, **options)


def problems(review: Review) -> list[tuple[int, str]]:
    return [(breach.position, breach.problem) for breach in audit.verify(review)]


def run(statement: str, *values: object) -> int:
    """Change rows past Python's own guards, as a person with the database's password could."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


# --- recording -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_event_without_a_change_around_it_is_a_mistake(first: Member) -> None:
    with pytest.raises(RuntimeError, match="in the transaction of the change"):
        audit.record(first, "test.noted", "citation/1")


def test_an_event_says_who_did_what_to_what(first: Member) -> None:
    event = note(first, before="maybe", after="include")
    event.refresh_from_db()
    assert (event.actor, event.review, event.verb, event.subject) == (
        first.user,
        first.review,
        "test.noted",
        "citation/1",
    )
    assert event.facts == {"before": "maybe", "after": "include"}
    assert not event.sealed


def test_a_change_that_is_taken_back_leaves_no_event(first: Member) -> None:
    before = Event.unblinded.count()

    def fail() -> None:
        with transaction.atomic():
            audit.record(first, "test.noted", "citation/1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert Event.unblinded.count() == before


def test_a_floor_hears_the_events_that_it_listens_to_and_no_others(
    first: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, int]] = []
    monkeypatch.setattr(audit, "_listeners", audit._listeners.copy())

    def hear(event: Event, member: Member) -> None:
        heard.append((event.verb, member.pk))

    audit.listen("test.noted", hear)
    audit.listen("test.noted", hear)
    note(first)
    with transaction.atomic():
        audit.record(first, "test.other", "citation/1")
    assert heard == [("test.noted", first.pk)]


# --- append-only -----------------------------------------------------------------------------------------------


def test_python_refuses_to_change_or_delete_an_event(first: Member) -> None:
    event = note(first)
    event.verb = "test.never"
    everything = Event.unblinded.all()
    for attempt in (event.save, event.delete, everything.delete, lambda: everything.update(verb="test.never")):
        with pytest.raises(TypeError, match="append-only"):
            attempt()


@pytest.mark.parametrize("table", audit.PROTECTED)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_delete(first: Member, table: str, statement: str) -> None:
    audit.seal(first.review)
    count = run(f"SELECT id FROM {table}")
    with pytest.raises(DatabaseError, match=f"{table} is append-only"), transaction.atomic():
        run(statement.format(table))
    assert run(f"SELECT id FROM {table}") == count


@pytest.mark.parametrize("table", audit.PROTECTED)
def test_postgresql_refuses_to_empty_the_tables(db: None, table: str) -> None:
    if connection.vendor != "postgresql":
        with pytest.raises(DatabaseError, match="syntax error"), transaction.atomic():
            run(f"TRUNCATE {table}")  # SQLite knows no such statement
    else:
        with pytest.raises(DatabaseError, match="is append-only"), transaction.atomic():
            run(f"TRUNCATE {table} CASCADE")


# --- the chain -------------------------------------------------------------------------------------------------


def test_an_untouched_trail_is_whole(first: Member, second: Member) -> None:
    for number in range(5):
        note(first, f"citation/{number}", sealed=True, answer="include")
        note(second, f"citation/{number}", answer="exclude")
    linked = audit.seal(first.review)
    assert linked == Event.unblinded.filter(review=first.review).count()
    assert problems(first.review) == []
    positions = ChainLink.objects.filter(review=first.review).order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, linked + 1))


def test_sealing_in_small_batches_gives_one_chain(first: Member) -> None:
    for number in range(7):
        note(first, f"citation/{number}")
    total = Event.unblinded.filter(review=first.review).count()
    done = [audit.seal(first.review, batch=3) for _ in range(total // 3 + 2)]
    assert sum(done) == total
    assert max(done) == 3
    assert done[-1] == 0
    assert problems(first.review) == []


def test_each_review_has_a_chain_of_its_own(first: Member) -> None:
    other = build.review(owner=build.user("Nora Next"), title="Another review")
    note(first)
    assert audit.seal_all() == Event.unblinded.count()
    assert audit.seal_all() == 0
    for review in (first.review, other.review):
        assert ChainLink.objects.filter(review=review, position=1, previous="").count() == 1
        assert problems(review) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ('facts = \'{"answer": "exclude"}\'', "the facts are not those that were recorded"),
        ("verb = 'test.never'", "the event is not the one that was sealed"),
        ("subject = 'citation/2'", "the event is not the one that was sealed"),
        ("at = '2020-01-01 00:00:00+00:00'", "the event is not the one that was sealed"),
        ("sealed = true", "the event is not the one that was sealed"),
        ("digest = 'made up'", "the facts are not those that were recorded"),
    ],
)
def test_a_changed_event_is_found(first: Member, lifted: Lifted, change: str, problem: str) -> None:
    event = note(first, answer="include")
    note(first)
    audit.seal(first.review)
    with lifted():
        assert run(f"UPDATE reviewapp_event SET {change} WHERE id = %s", event.pk) == 1
    position = event.link.position
    assert (position, problem) in problems(first.review)
    assert {where for where, _ in problems(first.review)} == {position}


def test_another_actor_put_in_is_found(first: Member, second: Member, lifted: Lifted) -> None:
    event = note(first)
    audit.seal(first.review)
    with lifted():
        run("UPDATE reviewapp_event SET actor_id = %s WHERE id = %s", second.user_id, event.pk)
    assert problems(first.review) == [(event.link.position, "the event is not the one that was sealed")]


def test_an_event_taken_out_of_the_middle_is_found(first: Member, lifted: Lifted) -> None:
    events = [note(first) for _ in range(3)]
    audit.seal(first.review)
    gone = events[1].link.position
    with lifted():
        run("DELETE FROM reviewapp_chainlink WHERE event_id = %s", events[1].pk)
        run("DELETE FROM reviewapp_event WHERE id = %s", events[1].pk)
    found = problems(first.review)
    assert (gone, f"position {gone} is missing") in found
    assert (gone + 1, "does not follow from the link before it") in found


def test_an_event_that_lost_its_link_is_linked_anew_and_the_gap_stays_seen(first: Member, lifted: Lifted) -> None:
    events = [note(first) for _ in range(3)]
    audit.seal(first.review)
    gone = events[1].link.position
    with lifted():
        run("DELETE FROM reviewapp_chainlink WHERE event_id = %s", events[1].pk)
    assert audit.seal(first.review) == 1
    assert (gone, f"position {gone} is missing") in problems(first.review)


def test_a_changed_link_is_found_by_the_one_after_it(first: Member, lifted: Lifted) -> None:
    """Who changes an event and computes its hash anew has to do the same to all that follow."""
    events = [note(first, answer="include") for _ in range(2)]
    audit.seal(first.review)
    facts = audit.canonical({"answer": "exclude"})
    link = events[0].link
    events[0].digest = audit.sha256(events[0].salt, facts)
    forged = audit.link_hash(link.position, link.previous, events[0])
    with lifted():
        run("UPDATE reviewapp_event SET facts = %s, digest = %s WHERE id = %s", facts, events[0].digest, events[0].pk)
        run("UPDATE reviewapp_chainlink SET hash = %s WHERE id = %s", forged, link.pk)
    assert problems(first.review) == [(link.position + 1, "does not follow from the link before it")]


def test_the_visible_hash_of_a_sealed_event_does_not_tell_the_vote(first: Member) -> None:
    votes = [note(first, f"citation/{number}", sealed=True, answer="include") for number in range(2)]
    assert votes[0].salt != votes[1].salt
    guesses = {audit.sha256("", audit.canonical({"answer": answer})) for answer in ("include", "maybe", "exclude")}
    assert {vote.digest for vote in votes}.isdisjoint(guesses)


@pytest.mark.django_db(transaction=True)
def test_workers_that_seal_at_the_same_time_make_one_chain(first: Member) -> None:
    for number in range(60):
        note(first, f"citation/{number}")

    def seal(_: int) -> int:
        try:
            return sum(audit.seal(first.review, batch=5) for _ in range(6))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        linked = sum(workers.map(seal, range(4)))
    total = Event.unblinded.filter(review=first.review).count()
    assert linked == total
    assert ChainLink.objects.filter(review=first.review).count() == total
    assert problems(first.review) == []


@pytest.mark.django_db(transaction=True)
def test_events_written_while_others_seal_are_all_linked(first: Member, second: Member) -> None:
    def write(member: Member) -> None:
        try:
            for number in range(20):
                note(member, f"citation/{number}", sealed=True)
        finally:
            connection.close()

    def seal(_: Member) -> None:
        try:
            for _number in range(20):
                audit.seal(first.review)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as people:
        waiting = [people.submit(act, who) for who in (first, second) for act in (write, seal)]
        for each in waiting:
            each.result()
    audit.seal(first.review)
    assert not Event.unblinded.filter(link=None).exists()
    assert Event.unblinded.filter(verb="test.noted").count() == 40
    assert problems(first.review) == []


# --- seals -----------------------------------------------------------------------------------------------------


def seen(member: Member) -> set[int]:
    return set(Event.blind.for_member(member).values_list("pk", flat=True))


def test_a_sealed_event_is_seen_by_its_actor_alone_until_the_seal_is_off(
    first: Member, second: Member, owner: Member, arbiter: Member, observer: Member
) -> None:
    mine = note(first, "citation/1/title_abstract", sealed=True, answer="include")
    others = (second, owner, arbiter, observer)
    assert mine.pk in seen(first)
    for other in others:
        assert mine.pk not in seen(other)

    elsewhere = note(second, "citation/2/title_abstract", unseals=True)
    for other in others:
        assert mine.pk not in seen(other), "the seal of another subject tells nothing"

    opened = note(second, "citation/1/title_abstract", sealed=True, unseals=True, answer="exclude")
    for everybody in (first, *others):
        assert mine.pk in seen(everybody)
        assert elsewhere.pk in seen(everybody)
    assert opened.pk in seen(second)


def test_what_is_sealed_after_the_seal_was_off_is_sealed_again(first: Member, second: Member) -> None:
    note(second, "citation/1/title_abstract", unseals=True)
    later = note(first, "citation/1/title_abstract", sealed=True)
    assert later.pk not in seen(second)


def test_nobody_sees_the_trail_of_another_review(first: Member) -> None:
    other = build.review(owner=build.user("Nora Next"), title="Another review")
    event = note(other)
    assert event.pk not in seen(first)
    note(first, event.subject, unseals=True)
    assert event.pk not in seen(first)


# --- verify_trail ----------------------------------------------------------------------------------------------


def test_the_command_says_that_a_trail_is_whole(first: Member, capsys: pytest.CaptureFixture[str]) -> None:
    note(first)
    call_command("verify_trail")
    count = Event.unblinded.count()
    assert f"{first.review.slug}: whole, {count} events" in capsys.readouterr().out


def test_the_command_names_each_place_that_does_not_hold(
    first: Member, lifted: Lifted, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = build.review(owner=build.user("Nora Next"), title="Another review").review
    event = note(first)
    audit.seal(first.review)
    with lifted():
        run("UPDATE reviewapp_event SET verb = 'test.never' WHERE id = %s", event.pk)
    with pytest.raises(CommandError, match="1 of 2 trails is not whole") as told:
        call_command("verify_trail")
    assert told.value.returncode == 1
    said = capsys.readouterr().out
    assert f"{first.review.slug}: NOT WHOLE" in said
    assert f"position {event.link.position}, event {event.pk}: the event is not the one that was sealed" in said
    assert f"{sound.slug}: whole" in said

    call_command("verify_trail", sound.slug)
    assert first.review.slug not in capsys.readouterr().out


def test_the_command_does_not_know_every_review(db: None) -> None:
    with pytest.raises(CommandError, match="There is no review “nowhere”"):
        call_command("verify_trail", "nowhere")


def test_a_verb_that_changes_nothing_leaves_no_event(owner: Member) -> None:
    before = Event.unblinded.count()
    workflow.amend_protocol(owner, title=owner.review.title)
    assert Event.unblinded.count() == before
    assert owner.role == Role.OWNER
