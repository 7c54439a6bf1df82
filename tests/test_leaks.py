"""Does any page, file or refusal tell what is still sealed? First things that could leak are made, then everything is read as everyone.

Two ways of looking. A sealed text is a word that stands nowhere else: nobody but its readers may meet it. A sealed answer is looked for
by comparing two worlds that differ in nothing else: whoever may not know it must get the same bytes in both, page for page, except for
tokens against forged requests and the moment at which a page was shown. Addresses come from the table of tests/test_access.py, so that
a new one is read from its first day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analysis import queries as analysis
from extraction import queries
from extraction import workflow as extraction
from extraction.models import Outcome, Study
from extraction.rob import ROB1
from reviewapp.models import Event, Member
from screening import workflow as screening
from screening.models import Citation, Vote
from tests.extraction import build
from tests.test_access import ROWS, Row
from tests.world import MARKERS, NOON, ROLES, World, on_one_day, undone, world

pytestmark = [pytest.mark.once, pytest.mark.django_db]

TA, FT = "title_abstract", "full_text"
READERS = (*ROLES, "second")
MEMBERS_BUT_THE_SECOND = ("owner", "reviewer", "arbiter", "observer")  # others get no page at all: tests/test_access.py
NOT_SETTLERS = ("reviewer", "observer")
ALIKE = (  # an address about one of these can be about each of them
    ("citation", "waiting", "conflict", "resolved", "judged", "report"),
    ("study", "fresh", "differing", "agreed"),
    ("title_abstract", "full_text"),
)
PASSING = re.compile(  # tokens against forged requests, and times
    rb"(?<=csrfmiddlewaretoken\" value=\")[^\"]*|(?<=X-CSRFToken\": \")[^\"]*|(?<=name=\"shown\" value=\")[^\"]*|\d\d:\d\d(:\d\d(\.\d+)?)?"
)


@pytest.fixture(scope="module")
def here(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), undone(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("reviewapp.jobs.HEARTBEAT_EVERY", 3600)
        on_one_day(patch)
        yield world()


@pytest.fixture(scope="module")
def clients(here: World) -> dict[str, Client]:
    return {reader: here.client(reader) for reader in READERS}


def test_the_worlds_begin_and_are_read_on_one_day_whatever_the_day(here: World) -> None:
    days = {each.at.date() for each in Event.unblinded.all()} | {each.at.date() for each in Vote.unblinded.all()}
    assert days | {timezone.localdate()} == {NOON.date()}


# --- reading everything ----------------------------------------------------------------------------------------


def addresses(here: World, method: str, about: set[str]) -> list[str]:
    """Every address of the table that answers the method, for each of these things that it can be about."""
    return [
        Row(row.address, made_of, row.method, row.letters, row.closed).url(here)
        for row in ROWS
        if row.method == method
        for made_of in variants(row.made_of, about)
    ]


def variants(made_of: str, about: set[str]) -> list[str]:
    """What an address is made of, with each of these things in the place of one like it."""
    made = [""]
    for thing in made_of.split("+"):
        like = next((set(kind) & about for kind in ALIKE if thing in kind), {thing})
        made = [f"{before}+{each}".strip("+") for before in made for each in sorted(like)]
    return made


def filtered(here: World, about: set[str]) -> Iterator[str]:
    """Lists narrowed down in the ways that they offer."""
    slug = here.review.slug
    trail = reverse("trail", args=[slug])
    for kind, things in (("citation", ALIKE[0]), ("study", ALIKE[1])):
        for thing in about.intersection(things):
            yield f"{trail}?about={kind}/{here.things[thing]['pk']}"
    for verb in ("screening.voted", "extraction.sheet_submitted"):
        yield f"{trail}?verb={verb}"
    yield reverse("screening:reports", args=[slug]) + "?state=retrieved"
    for show in ("new", "both"):
        yield reverse("extraction:studies", args=[slug]) + f"?show={show}"
    for row in ("include", "exclude"):
        cell = reverse("screening:agreement-cell", args=[slug, TA])
        yield f"{cell}?a={here.first.pk}&b={here.second.pk}&row={row}&column=include"
    for key, number in analysis.flow(here.owner).counts.numbers.items():
        if number.n:  # the empty ones stand on the diagram's page, which is read
            yield reverse("analysis:flow-list", args=[slug, key])


def answers(here: World, client: Client, about: set[str], *, send: bool = False) -> Iterator[tuple[str, bytes]]:
    """Everything that a reader can get: pages, fragments, files, and (send) what sending an empty form answers."""
    about = {*about, TA, FT}
    for url in [*addresses(here, "GET", about), *filtered(here, about)]:
        if not url.endswith((".png", ".pdf", ".docx")):  # drawn from the numbers that the SVG shows, which is read
            yield f"GET {url}", told(client, client.get(url))
    for stage in (TA, FT):
        url = reverse("screening:desk", args=[here.review.slug, stage])
        yield f"GET {url} (htmx)", told(client, client.get(url, headers={"HX-Request": "true"}))
    for url in addresses(here, "POST", about) if send else []:
        with undone():
            yield f"POST {url}", told(client, client.post(url))


def told(client: Client, answer: HttpResponse) -> bytes:
    """All that an answer says, the message for the next page included, without what changes from one moment to the next."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    client.cookies.pop("messages", None)
    head = f"{answer.status_code} {answer.get('Location', '')} {said}\n"
    return PASSING.sub(b"", head.encode() + content)


# --- sealed texts ----------------------------------------------------------------------------------------------


def met(here: World, client: Client) -> dict[str, list[str]]:
    """The sealed texts that a reader meets, and where."""
    found: dict[str, list[str]] = {}
    for url, content in answers(here, client, {"citation", "conflict", "resolved", "study"}):
        for marker in MARKERS:
            if marker.encode() in content:
                found.setdefault(marker, []).append(url)
    return found


@pytest.mark.parametrize("reader", READERS)
def test_each_sealed_text_is_met_by_its_readers_and_by_nobody_else(
    reader: str, here: World, clients: dict[str, Client]
) -> None:
    allowed = {marker for marker, sealed in MARKERS.items() if reader in sealed.readers}
    found = met(here, clients[reader])
    assert {marker: urls for marker, urls in found.items() if marker not in allowed} == {}
    assert set(found) == allowed, "a text that its reader does not meet either would prove nothing"


# --- sealed answers --------------------------------------------------------------------------------------------

Act = Callable[[World], object]


def citation(here: World, name: str) -> Citation:
    return Citation.objects.get(pk=here.things[name]["pk"])


def votes(answer: str, *, after: str = "") -> Act:
    """The second author votes on a citation (or has not yet), after the first, or before."""

    def act(here: World) -> None:
        if after:
            screening.vote(here.first, citation(here, "waiting"), TA, after)
        if answer:
            screening.vote(here.second, citation(here, "waiting"), TA, answer)

    return act


def judges(answer: str, reason: str = "", *, after: str = "") -> Act:
    """The second author judges a full text (or has not yet); `after` is the reason for which the first has excluded it."""

    def act(here: World) -> None:
        report = citation(here, "report")
        reasons = {each.text: each for each in here.review.exclusion_reasons.all()}
        screening.mark_retrieved(here.owner, report)
        if after:
            screening.vote(here.first, report, FT, "exclude", reason=reasons[after])
        if answer:
            screening.vote(here.second, report, FT, answer, reason=reasons.get(reason))

    return act


def notes(text: str) -> Act:
    return lambda here: screening.add_note(here.second, citation(here, "waiting"), TA, text)


def labels(name: str) -> Act:
    """The second author puts a label of the list on a citation that waits."""
    return lambda here: screening.put_label(
        here.second, citation(here, "waiting"), TA, screening.create_label(here.owner, name)
    )


def both_labels(act: Act) -> Act:
    """The list of labels is open; in both worlds it is the same."""
    return together(lambda here: [screening.create_label(here.owner, name) for name in ("Twins", "Rats")], act)


def puts_off(name: str) -> Act:
    return lambda here: screening.put_off(here.second, citation(here, name), TA)


def extracts(events: int, participants: str, *, submit: bool) -> Act:
    """The second author fills in a sheet on a study that nobody has begun."""

    def act(here: World) -> None:
        study = Study.objects.get(pk=here.things["fresh"]["pk"])
        outcome = Outcome.objects.get(pk=here.things["outcome"]["pk"])
        cells = build.cells(study, outcome, {"events": events, "total": 30}, {"events": 2, "total": 30})
        values = {**build.TEXTS, **cells, "study/participants": participants}
        sheet = extraction.save_entries(here.second, extraction.start_sheet(here.second, study), values)
        if submit:
            extraction.submit_sheet(here.second, sheet)

    return act


def lets_stand(here: World) -> None:
    """The second author says why a doubted number on that sheet stands."""
    study = Study.objects.get(pk=here.things["fresh"]["pk"])
    doubt = queries.own_doubts(here.second, queries.opened(queries.own_sheet(here.second, study))).open[0]
    extraction.let_stand_on_sheet(here.second, study, doubt.ref, "Events, not people")


def assesses(judgement: str) -> Act:
    """The second author judges the risk of bias of a study that nobody has begun."""
    changed = {ROB1.domains[0].id: judgement}
    return lambda here: build.assessed(here.second, Study.objects.get(pk=here.things["fresh"]["pk"]), changed)


def assesses_result(answers: dict[str, str], *, submit: bool) -> Act:
    """The same of one of its results, with signalling questions."""

    def act(here: World) -> None:
        study, key = Study.objects.get(pk=here.things["fresh"]["pk"]), here.things["rob2"]["tool"]
        (build.judged if submit else build.begun)(here.second, study, key, answers)

    return act


def together(*acts: Act) -> Act:
    def act(here: World) -> None:
        for each in acts:
            each(here)

    return act


ABOUT = {"waiting", "report", "fresh"}
SECRETS: dict[str, tuple[Act, Act, str, str]] = {  # the two worlds, and the address at which the second sees their own
    "include or exclude": (votes("include"), votes("exclude"), "screening:desk-at", "waiting+title_abstract"),
    "full text": (judges("include"), judges("exclude", "Not randomised"), "screening:desk-at", "report+full_text"),
    "a note": (notes("Twins"), notes("Not twins, and much longer"), "screening:citation", "waiting"),
    "a label": (
        both_labels(labels("Twins")),
        both_labels(labels("Rats")),
        "screening:desk-at",
        "waiting+title_abstract",
    ),
    "what is put off": (puts_off("waiting"), together(), "screening:desk-at", "waiting+title_abstract"),
    "a sheet": (extracts(3, "A", submit=True), extracts(17, "B, many", submit=True), "extraction:sheet", "fresh"),
    "risk of bias": (assesses("low"), assesses("high"), "extraction:bias", "fresh+rob1"),
    "risk of bias of a result": (
        assesses_result({}, submit=True),
        assesses_result({"1.2": "N", "randomisation": "high"}, submit=True),
        "extraction:bias",
        "fresh+rob2",
    ),
}
OTHER_SECRETS: dict[str, tuple[Act, Act, str, str]] = {
    "risk of bias under way": (
        assesses_result({}, submit=False),
        assesses_result({"3.1": "N", "missing_data.why": "Wildly different"}, submit=False),
        "extraction:bias",
        "fresh+rob2",
    ),
    "include or maybe": (votes("include"), votes("maybe"), "screening:desk-at", "waiting+title_abstract"),
    "which reason": (
        judges("exclude", "Wrong population"),
        judges("exclude", "Not randomised"),
        "screening:desk-at",
        "report+full_text",
    ),
    "a sheet under way": (
        extracts(3, "A", submit=False),
        together(extracts(37, "B, and many more", submit=False), lets_stand),
        "extraction:sheet",
        "fresh",
    ),
}
CONFLICTS: dict[str, tuple[Act, Act, str, str]] = {  # who may not settle it cannot tell it from a missing second vote
    "titles": (
        votes("exclude", after="include"),
        votes("", after="include"),
        "screening:desk-at",
        "waiting+title_abstract",
    ),
    "full texts": (
        judges("exclude", "Wrong population", after="Not randomised"),
        judges("", after="Not randomised"),
        "screening:desk-at",
        "report+full_text",
    ),
}
GROUPS = {
    "sealed answers": (SECRETS, MEMBERS_BUT_THE_SECOND),
    "other sealed answers": (OTHER_SECRETS, NOT_SETTLERS),
    "conflicts": (CONFLICTS, NOT_SETTLERS),
}


def read_in(
    here: World, clients: dict[str, Client], act: Act, readers: tuple[str, ...]
) -> dict[tuple[str, str], bytes]:
    """Everything that these readers get in the world in which this has happened. The author who is blinded also sends forms."""
    with undone():
        act(here)
        return {
            (reader, url): text
            for reader in readers
            for url, text in answers(here, clients[reader], ABOUT, send=reader == "reviewer")
        }


def differences(
    here: World, clients: dict[str, Client], one: Act, other: Act, readers: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Who can tell the two worlds apart, and where."""
    left, right = (read_in(here, clients, act, readers) for act in (one, other))
    return sorted(place for place in left.keys() | right.keys() if left.get(place) != right.get(place))


@pytest.mark.parametrize("group", GROUPS)
def test_nobody_can_tell_two_worlds_apart_by_what_is_sealed(
    group: str, here: World, clients: dict[str, Client]
) -> None:
    secrets, readers = GROUPS[group]
    one, other = (together(*(secret[side] for secret in secrets.values())) for side in (0, 1))
    assert differences(here, clients, one, other, readers) == []


@pytest.mark.parametrize(
    "secret", [secret for secrets, _ in GROUPS.values() for secret in secrets.values()], ids=lambda secret: secret[2]
)
def test_who_keeps_a_secret_sees_it_so_that_the_two_worlds_do_differ(
    secret: tuple[Act, Act, str, str], here: World, clients: dict[str, Client]
) -> None:
    one, other, address, made_of = secret
    url = Row(address, made_of, "GET", {}, "").url(here)
    seen = []
    for act in (one, other):
        with undone():
            act(here)
            seen.append(told(clients["second"], clients["second"].get(url)))
    assert seen[0] != seen[1]


# --- that a leak would be found --------------------------------------------------------------------------------


def all_of_the_review(self: QuerySet, member: Member) -> QuerySet:
    """What for_member would be if somebody forgot the blind."""
    path = "review" if hasattr(self.model, "review") else "citation__review"
    return self.filter(**{path: member.review_id})


@pytest.mark.parametrize(
    ("manager", "marker"),
    [("screening.models.votes.NoteQuerySet", "Quokka"), ("reviewapp.models.EventQuerySet", "Wombat")],
)
def test_a_lifted_blind_shows_sealed_texts(
    manager: str, marker: str, here: World, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{manager}.for_member", all_of_the_review)
    assert marker in met(here, clients["reviewer"])


def test_a_lifted_blind_tells_two_worlds_apart(
    here: World, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screening.models.votes.VoteQuerySet.for_member", all_of_the_review)
    found = differences(here, clients, votes("include"), votes("exclude"), ("observer",))
    assert any("/citations/" in url for _, url in found)
