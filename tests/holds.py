"""What must hold of a review after every act, whoever did what? Each function yields sentences about what does not.

Everything is computed again from votes, links and reports, without the stored copies and without the blind managers that are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from django.db import transaction
from django.test import Client
from django.urls import reverse

from analysis import queries as analysis
from analysis.flow.constraints import check
from analysis.flow.counts import count
from analysis.flow.sets import FlowSets
from reviewapp import audit
from reviewapp.access import Can, can
from reviewapp.models import Event, ExclusionReason, Member, Review, Stage
from screening import queries
from screening.consensus.verdict import Ballot, Reasons, Verdict, verdict
from screening.models import (
    SETTLED,
    Attachment,
    BatchFile,
    Citation,
    Correction,
    Labelling,
    Link,
    Note,
    Pair,
    Pilot,
    Proposal,
    Remark,
    Removed,
    Report,
    Resolution,
    Standing,
    StandingState,
    Vote,
)
from screening.queries.gate import gate
from tests.test_access import ROWS

UNREACHED = Verdict(StandingState.UNREACHED)
SEALED = (Vote, Remark, Proposal, Note, Labelling)
WORDS = {  # verbs whose events tell how somebody judges
    *("screening.voted", "screening.vote_withdrawn", "screening.noted", "screening.note_withdrawn"),
    *("screening.labelled", "screening.label_taken_off", "screening.put_off", "screening.taken_up"),
    *("screening.proposed", "screening.discussed", "screening.remark_withdrawn"),
}
PLACE = tuple[int, str]  # a citation at a stage


def judged(review: Review) -> dict[PLACE, Verdict]:
    """Where each citation stands at each stage, from its votes and resolution, its records and its report alone."""
    ballots: dict[PLACE, list[Ballot]] = {}
    for each in Vote.unblinded.standing().filter(citation__review=review):
        ballots.setdefault((each.citation_id, each.stage), []).append(Ballot(each.answer, each.reason_id))
    resolved = {
        (each.citation_id, each.stage): Ballot(each.answer, each.reason_id)
        for each in Resolution.objects.filter(citation__review=review, withdrawn_at=None)
    }
    needed = {(each.citation_id, each.stage): each.needed for each in Standing.objects.filter(review=review)}
    links = Link.objects.filter(undone_at=None, record__source__undone_at=None, citation__review=review)
    live = set(links.values_list("citation", flat=True))
    at_hand = Report.objects.filter(citation__review=review, state=Report.State.RETRIEVED)
    retrieved = set(at_hand.values_list("citation", flat=True))
    listed = list(ExclusionReason.objects.filter(review=review).order_by("position", "pk"))
    reasons = Reasons(
        agreement=review.reason_agreement,
        order=[each.pk for each in listed],
        group={each.pk: each.group for each in listed},
        merged={each.pk: each.merged_into_id for each in listed if each.merged_into_id},
    )
    removed = dict(
        Removed.objects.filter(citation__review=review, undone_at=None).values_list("citation", "removal__kind")
    )
    found: dict[PLACE, Verdict] = {}
    for pk in Citation.objects.filter(review=review).values_list("pk", flat=True):
        reached = pk in live
        for stage in (Stage.TITLE_ABSTRACT, Stage.FULL_TEXT):
            place = (pk, stage.value)
            cast = ballots.get(place, []), needed.get(place, 2), resolved.get(place), reasons
            now = verdict(*cast) if reached else UNREACHED
            if reached and stage == Stage.TITLE_ABSTRACT and pk in removed:
                now = Verdict(removed[pk])
            found[place] = now
            reached = now.state == StandingState.INCLUDE and pk in retrieved
    return found


def copies_that_differ(review: Review, now: dict[PLACE, Verdict]) -> Iterator[str]:
    """Stored states that are not what the votes say, and citations in view or not against their records."""
    stored = {
        (each.citation_id, each.stage): Verdict(each.state, each.reason_id)
        for each in Standing.objects.filter(review=review)
    }
    for place, expected in now.items():
        if stored.get(place, UNREACHED) != expected:
            yield f"{place}: stored {stored.get(place)}, the votes say {expected}"
    cast: dict[PLACE, list[int]] = {}
    for each in Vote.unblinded.standing().filter(citation__review=review):
        cast.setdefault((each.citation_id, each.stage), []).append(each.member_id)
    for each in Standing.objects.filter(review=review):
        voters = cast.get((each.citation_id, each.stage), [])
        if each.begun_by_id != (voters[0] if len(voters) == 1 else None):
            yield f"{each.citation_id}, {each.stage}: begun by {each.begun_by_id}, voted have {voters}"
    links = Link.objects.filter(undone_at=None, record__source__undone_at=None, citation__review=review)
    in_view = set(Citation.objects.filter(review=review, live=True).values_list("pk", flat=True))
    if in_view != (backed := set(links.values_list("citation", flat=True))):
        yield f"in view {in_view}, with records {backed}"


def words_that_fail(review: Review) -> Iterator[str]:
    """Pairs that are not as the last word on them says that stands, or as persons said though no word stands."""
    said = {"same", "different", "later"}
    for pair in Pair.objects.filter(review=review).prefetch_related("words"):
        last = next((word for word in reversed(pair.words.all()) if word.withdrawn_at is None), None)
        if (last.answer if last else "") != (pair.state if pair.state in said else ""):
            yield f"pair {pair.pk} is {pair.state}, the last word that stands is {last}"


def corrections_that_fail(review: Review) -> Iterator[str]:
    """Fields of citations in view that do not show what a person wrote, where that stands."""
    made = Correction.objects.filter(citation__review=review, citation__live=True, undone_at=None)
    for each in made.select_related("citation"):
        if getattr(each.citation, each.field) != each.value:
            yield f"{each}: shown is {getattr(each.citation, each.field)}, written was {each.value}"


def queues_that_fail(members: list[Member]) -> Iterator[str]:
    """What a member is offered and could not vote on, and what waits and is offered to nobody though enough could vote."""
    review = members[0].review
    cast: dict[PLACE, set[int]] = {}
    for citation, stage, member in Vote.unblinded.standing().values_list("citation", "stage", "member"):
        cast.setdefault((citation, stage), set()).add(member)
    team = [each for each in members if can(each, Can.SCREEN)]
    for stage in Stage.values:
        standings = {each.citation_id: each for each in Standing.objects.filter(review=review, stage=stage)}
        offered = {each.pk: set(queries.queue(each, stage).values_list("pk", flat=True)) for each in team}
        for member, found in offered.items():
            for pk in found:
                voters = cast.get((pk, stage), set())
                if standings[pk].state != StandingState.WAITING or member in voters:
                    yield f"{member} is offered {pk} at {stage}, on which {voters} voted"
                elif len(voters) >= standings[pk].needed:
                    yield f"{member} would be the third voter on {pk} at {stage}"
        pilots = Pilot.objects.filter(review=review, stage=stage, dropped_at=None)
        under_way = any(each.pilot_id and each.state == StandingState.WAITING for each in standings.values())
        if under_way or not gate(review, stage).is_open or not review.is_open:
            continue  # first the pilots, and nothing else
        for pk, standing in standings.items():
            free = {each.pk for each in team} - cast.get((pk, stage), set())
            taken = {member for member, found in offered.items() if pk in found}
            if standing.state == StandingState.WAITING and not standing.pilot_id and free and not taken:
                yield f"{pk} waits at {stage} and is offered to nobody; {free} could vote ({pilots.count()} pilots)"


def sums_that_fail(member: Member, sets: FlowSets) -> Iterator[str]:
    """Constraints of the flow diagram that do not hold, and numbers that are not those counted from the sets themselves."""
    found, numbers = analysis.flow(member), count(sets)
    for breach in (*found.breaches, *check(sets, numbers)):
        yield f"{breach.constraint}: {breach.message} {sorted(map(str, breach.ids))}"
    if list(numbers.numbers) != list(found.counts.numbers):
        yield f"keys differ: {numbers.numbers.keys() ^ found.counts.numbers.keys()}"
    for key, number in found.counts.numbers.items():
        if (number.label, number.unit, number.n) != (numbers[key].label, numbers[key].unit, numbers.n(key)):
            yield f"{key}: the database counts {number.n}, by sets it is {numbers.n(key)}"


def lists_that_fail(member: Member, sets: FlowSets) -> Iterator[str]:
    """Lists behind numbers of the flow diagram that do not hold what the number counts."""
    for key, number in count(sets).numbers.items():
        held = {each for each in number.ids if isinstance(each, int)}  # of a previous version most is only counted
        if set(analysis.listed(member, key).values_list("pk", flat=True)) != held:
            yield f"{key}: its list is not {sorted(number.ids, key=str)}"


def documents_from_nowhere(review: Review) -> Iterator[str]:
    """PDFs that are kept though no act stands that sent them: a refusal left them behind."""
    known = {
        *Attachment.objects.values_list("document", flat=True),
        *BatchFile.objects.values_list("document", flat=True),
    }
    yield from (f"the document {each} came by no act" for each in review.documents.all() if each.pk not in known)


def trail_that_fails(review: Review) -> Iterator[str]:
    audit.seal(review)
    yield from (f"trail, {each.position}: {each.problem}" for each in audit.verify(review))


def sealed_from(member: Member, now: dict[PLACE, Verdict]) -> Callable[[int, str, int], bool]:
    """Whether a vote, remark or proposal (citation, stage, author) is sealed from this member, by the rule of docs/architecture.md."""
    voted = set(Vote.unblinded.standing().filter(member=member).values_list("citation", "stage"))
    piloted = Standing.objects.filter(review=member.review_id, pilot__completed_at__isnull=False)
    calibrated = set(piloted.values_list("citation", "stage"))  # in a round in which everybody has voted
    rules = member.review

    def sealed(citation: int, stage: str, author: int) -> bool:
        state, mine = now[citation, stage].state, (citation, stage) in voted
        settles = can(member, Can.ARBITRATE) and not rules.blind_resolver and (rules.voter_may_resolve or not mine)
        known = rules.settle_together or (citation, stage) in calibrated
        together = can(member, Can.SCREEN) and known and mine
        in_sight = state == StandingState.CONFLICT and (settles or together)
        return author != member.pk and state not in SETTLED and not in_sight

    return sealed


def seen_through_the_seal(members: list[Member], now: dict[PLACE, Verdict]) -> Iterator[str]:
    """Sealed votes and notes that members' queries give away, and open ones that they hold back."""
    review = members[0].review_id
    votes, remarks, proposals, notes, labellings = (
        list(model.unblinded.filter(citation__review=review)) for model in SEALED
    )
    settled = {place for place, verdict in now.items() if verdict.state in SETTLED}
    for member in members:
        seals = sealed_from(member, now)
        visible = [
            each for each in (*votes, *remarks, *proposals) if not seals(each.citation_id, each.stage, each.member_id)
        ]
        visible += [
            each
            for each in (*notes, *labellings)
            if each.member_id == member.pk
            or ((each.citation_id, each.stage) in settled and not getattr(each, "private", False))
        ]
        shown = {(model, pk) for model in SEALED for pk in model.blind.for_member(member).values_list("pk", flat=True)}
        for model, pk in shown ^ {(type(each), each.pk) for each in visible}:
            yield f"{member}: {model.__name__} {pk} is seen wrongly, or not seen"


def events_through_the_seal(members: list[Member]) -> Iterator[str]:
    """Events of sealed acts that others may read although no verdict has stood on the citation since."""
    events = list(Event.unblinded.filter(review=members[0].review_id))
    unsealed = {event.subject: event.pk for event in events if event.unseals}
    too_early = told_too_early(events)
    for member in members:
        opened = {
            event.pk
            for event in events
            if not event.sealed or event.actor_id == member.user_id or event.pk < unsealed.get(event.subject, 0)
        }
        read = set(Event.blind.for_member(member).values_list("pk", flat=True))
        yield from (f"{member}: the event {pk} is read wrongly, or not read" for pk in opened ^ read)
        for event in too_early:
            if event.pk in read and event.actor_id != member.user_id:
                yield f"{member} reads {event.verb} of {event.subject}, event {event.pk}, on which no verdict stood"


def told_too_early(events: list[Event]) -> list[Event]:
    """Events of votes and words that nobody else may read, by the verdicts in the trail alone: none stood then and stayed, none since."""
    verdicts: dict[str, list[tuple[int, bool]]] = {}
    for event in events:
        if event.verb in ("screening.settled", "screening.unsettled"):
            verdicts.setdefault(event.subject, []).append((event.pk, event.verb == "screening.settled"))
    found = []
    for event in (each for each in events if each.verb in WORDS):
        told = verdicts.get(event.subject, [])
        stood = [stands for pk, stands in told if pk < event.pk][-1:] == [True]
        fell_by_it = (event.pk + 1, False) in told
        if not (stood and not fell_by_it) and not any(stands for pk, stands in told if pk > event.pk):
            found.append(event)
    return found


# --- pages --------------------------------------------------------------------------------------------------------

PASSING = re.compile(  # tokens against forged requests, and times
    rb"(?<=csrfmiddlewaretoken\" value=\")[^\"]*|(?<=X-CSRFToken\": \")[^\"]*|(?<=name=\"shown\" value=\")[^\"]*|\d\d:\d\d(:\d\d(\.\d+)?)?"
)
MADE_OF = {"-": {}, "title_abstract": {"stage": "title_abstract"}, "full_text": {"stage": "full_text"}}


def pages(review: Review, citation: int) -> list[str]:
    """Every address that can be read and needs nothing but the review or a stage, and those about the citation."""
    slug = review.slug
    found = [
        reverse(row.address, kwargs={"slug": slug, **MADE_OF[row.made_of]})
        for row in ROWS
        if row.method == "GET" and row.made_of in MADE_OF and row.letters["outsider"] == "N"  # one of a review's own
        if not row.address.endswith(("png", "pdf", "docx"))
    ]
    found.append(reverse("screening:citation", args=[slug, citation]))
    for stage in Stage.values:
        found.append(reverse("screening:desk-at", args=[slug, stage, citation]))
        found.append(reverse("screening:conflict", args=[slug, stage, citation]))
    return found


def read(client: Client, url: str) -> bytes:
    """A page as it is each time it is asked for, with what it answers if it refuses."""
    answer = client.get(url)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    client.cookies.pop("messages", None)
    return PASSING.sub(b"", f"{answer.status_code} ".encode() + content)


def pages_that_tell(
    member: Member, now: dict[PLACE, Verdict], choose: Callable[[list[str]], list[str]]
) -> Iterator[str]:
    """Pages on which the member could read a sealed vote: they differ when that vote is another. `choose` says which are looked at.

    Also pages on which a note stands that nobody else may read yet; notes are unique texts.
    """
    sealed = sealed_from(member, now)
    votes = [
        each
        for each in Vote.unblinded.standing().filter(citation__review=member.review_id)
        if now[each.citation_id, each.stage].state == StandingState.WAITING
        and sealed(each.citation_id, each.stage, each.member_id)
    ]
    if not votes:
        return
    vote = votes[-1]
    client = Client(raise_request_exception=True)
    client.force_login(member.user)
    looked = choose(pages(member.review, vote.citation_id))
    before = {url: read(client, url) for url in looked}
    with transaction.atomic():
        flipped = "exclude" if vote.answer != "exclude" else "include"
        reason = (
            member.review.exclusion_reasons.last() if (flipped, vote.stage) == ("exclude", Stage.FULL_TEXT) else None
        )
        Vote.unblinded.filter(pk=vote.pk).update(answer=flipped, reason=reason)
        after = {url: read(client, url) for url in looked}
        transaction.set_rollback(True)
    yield from (f"{member} can tell vote {vote.pk} by {url}" for url in looked if before[url] != after[url])
    for event in told_too_early(list(Event.unblinded.filter(review=member.review_id))):
        if event.verb == "screening.noted" and event.actor_id != member.user_id:
            text = event.facts["text"].encode()
            yield from (
                f"{member} reads the note of event {event.pk} on {url}" for url in looked if text in before[url]
            )
