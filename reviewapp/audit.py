"""Who did what, when, and has anybody touched the record since? One append-only table, hash-chained per review.

`record` is called by verbs only, inside their transaction. `listen` lets a floor hear an event of a floor below it.
`seal` links events into the chain behind the writers, so that no vote waits for a lock; `verify` recomputes the chain.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from reviewapp.models import ChainLink, Event, Member, Review

Handler = Callable[[Event, Member], None]
_listeners: dict[str, list[Handler]] = defaultdict(list)


def subject_of(thing: Model, *parts: object) -> str:
    """The name of a thing in the trail, such as `citation/12/title_abstract`."""
    return "/".join([thing._meta.model_name, str(thing.pk), *map(str, parts)])


def canonical(value: object) -> str:
    """One spelling for one value: sorted keys, no spaces, plain Unicode."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def sha256(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def record(
    member: Member, verb: str, subject: Model | str, *, sealed: bool = False, unseals: bool = False, **facts: Any
) -> Event:
    """Write one event, in the transaction of the verb that calls it, and tell the floors that listen to it.

    sealed: shown to its actor only, until a later event on the same subject `unseals`.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An event is recorded in the transaction of the change that it tells of.")
    facts = json.loads(canonical(facts))
    salt = secrets.token_hex(16) if sealed else ""
    event = Event.unblinded.create(
        review_id=member.review_id,
        actor_id=member.user_id,
        verb=verb,
        subject=subject if isinstance(subject, str) else subject_of(subject),
        facts=facts,
        sealed=sealed,
        unseals=unseals,
        salt=salt,
        digest=sha256(salt, canonical(facts)),
    )
    for handler in _listeners[verb]:
        handler(event, member)
    return event


def listen(verb: str, handler: Handler) -> None:
    """Call handler(event, member) whenever this verb is recorded. Handlers run in the verb's transaction."""
    if handler not in _listeners[verb]:
        _listeners[verb].append(handler)


# --- the chain -------------------------------------------------------------------------------------------------

BATCH = 500


def link_hash(position: int, previous: str, event: Event) -> str:
    """The hash of one link: it binds the event's place, its open fields and the digest of its facts."""
    at = event.at.isoformat(timespec="microseconds")
    fields = [
        position,
        previous,
        event.pk,
        event.review_id,
        at,
        event.actor_id,
        event.verb,
        event.subject,
        event.sealed,
        event.unseals,
        event.digest,
    ]
    return sha256(canonical(fields))


def seal(review: Review, batch: int = BATCH) -> int:
    """Link the review's unlinked events to its chain; say how many. Safe to run by several workers at once."""
    with transaction.atomic():
        Review.objects.select_for_update(no_key=True).only("pk").get(pk=review.pk)  # votes go on
        last = ChainLink.objects.filter(review=review).order_by("-position").first()
        position, previous = (last.position, last.hash) if last else (0, "")
        links = []
        for event in Event.unblinded.filter(review=review, link=None).order_by("pk")[:batch]:
            position += 1
            digest = link_hash(position, previous, event)
            links.append(ChainLink(event=event, review=review, position=position, previous=previous, hash=digest))
            previous = digest
        ChainLink.objects.bulk_create(links)
    return len(links)


def seal_all() -> int:
    """Link what is unlinked in every review; say how many events that were."""
    waiting = Event.unblinded.filter(link=None).order_by().values_list("review", flat=True).distinct()
    return sum(seal(review) for review in Review.objects.filter(pk__in=list(waiting)))


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where the trail is not what was written."""

    position: int
    event_id: int | None
    problem: str


def verify(review: Review) -> Iterator[Breach]:
    """Recompute the whole chain of a review and name each place that does not hold. Nothing yielded: the trail is whole."""
    previous, expected = "", 0
    for link in ChainLink.objects.filter(review=review).select_related("event").order_by("position").iterator():
        expected += 1
        event = link.event
        if link.position != expected:
            yield Breach(expected, None, f"position {expected} is missing")
            expected = link.position
        if link.previous != previous:
            yield Breach(link.position, event.pk, "does not follow from the link before it")
        if event.digest != sha256(event.salt, canonical(event.facts)):
            yield Breach(link.position, event.pk, "the facts are not those that were recorded")
        if link.hash != link_hash(link.position, link.previous, event):
            yield Breach(link.position, event.pk, "the event is not the one that was sealed")
        previous = link.hash


# --- triggers: the database refuses what Python refuses --------------------------------------------------------

PROTECTED = ("reviewapp_event", "reviewapp_chainlink")


def install_triggers(schema_editor: Any, tables: tuple[str, ...] = PROTECTED) -> None:
    """Make the database refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL) on append-only tables."""
    for table in tables:
        if schema_editor.connection.vendor == "sqlite":
            for act in ("UPDATE", "DELETE"):
                schema_editor.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        else:
            schema_editor.execute(
                f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
            )
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
            )


def remove_triggers(schema_editor: Any, tables: tuple[str, ...] = PROTECTED) -> None:
    """Undo install_triggers: for migrating backwards."""
    for table in tables:
        if schema_editor.connection.vendor == "sqlite":
            for act in ("UPDATE", "DELETE"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{act.lower()}")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {table}_append_only()")
