"""Which review has something for every address, and something undecided at every step? One, made by verbs.

What is still sealed from colleagues carries a text of MARKERS, so that a page on which it stands is found out. The second author's
vote, note, sheet and assessment are in; the first author's are not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import AutoField, Model
from django.test import Client
from django.utils import timezone

from analysis import workflow as analysis
from analysis.models import Analysis, Finding, Run
from analysis.revman import Review as RevmanReview
from analysis.revman import rm5
from analysis.workflow import archiving, findings, investigations, taking
from extraction import queries
from extraction import workflow as extraction
from extraction.models import Outcome, Study
from extraction.schema import Origin
from reviewapp import jobs, workflow
from reviewapp.models import Event, Job, Member, Review, Role, User
from screening import workflow as screening
from screening.models import Citation, Correction, Note, Pair, Record
from screening.queries.sharing import Which
from tests import build
from tests.extraction import build as build_extraction
from tests.pdfs import pdf

TA, FT = "title_abstract", "full_text"
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
ROLES = ("anonymous", "outsider", "owner", "reviewer", "arbiter", "observer")

SECOND_ALONE = frozenset({"second"})


@dataclass(frozen=True)
class Marker:
    """Where a sealed text stands, and who may read it as long as nothing more is decided."""

    where: str
    readers: frozenset[str]


MARKERS = {
    "Quokka": Marker("note on a citation that the first author has not voted on", SECOND_ALONE),
    "Wombat": Marker("answer on the second author's submitted sheet", SECOND_ALONE),
    "Numbat": Marker("source on the second author's submitted sheet", SECOND_ALONE),
    "Cuscus": Marker("quote beside the second author's answer", SECOND_ALONE),
    "0.31337": Marker("rectangle beside the second author's answer", SECOND_ALONE),
    "Pademelon": Marker("from what the second author imputed a number", SECOND_ALONE),
    "Bettong": Marker("quote that supports the second author's judgement", SECOND_ALONE),
    "Bandicoot": Marker("support in the second author's submitted assessment", SECOND_ALONE),
    "Kowari": Marker("reason in the second author's rating of certainty", SECOND_ALONE),
    "Quoll": Marker("why the second author's judgement is not as proposed", SECOND_ALONE),
    "Bilby": Marker("answer on the first author's sheet, under way", frozenset({"reviewer"})),
    "Wallaby": Marker("word on a conflict between others", frozenset({"owner", "arbiter"})),
    "Dunnart": Marker("private note on a citation that is decided", SECOND_ALONE),
    "Potoroo": Marker("note on a citation in conflict", frozenset({"second", "owner", "arbiter"})),
}


@dataclass
class World:
    """The review, its people, and for each kind of address what it is made of."""

    owner: Member
    first: Member
    second: Member
    arbiter: Member
    observer: Member
    outsider: User
    other: Member  # the outsider as owner and review author of another review
    things: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def review(self) -> Review:
        return self.owner.review

    def person(self, role: str) -> User | AnonymousUser:
        members = {"owner": self.owner, "reviewer": self.first, "second": self.second}
        members |= {"arbiter": self.arbiter, "observer": self.observer}
        if role == "anonymous":
            return AnonymousUser()
        return self.outsider if role == "outsider" else members[role].user

    def client(self, role: str) -> Client:
        """A browser in which this person is signed in."""
        client = Client(raise_request_exception=True)
        if role != "anonymous":
            client.force_login(self.person(role))
        return client


def do_jobs() -> None:
    """Do all jobs that wait, also those that they queue."""
    while (job := Job.objects.filter(state=Job.State.QUEUED).order_by("pk").first()) is not None:
        jobs.perform(job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.error


def world() -> World:
    """The review with all that stands in it."""
    owner = build.review(reasons=build.REASONS)
    first, second = (build.member(owner, Role.REVIEWER, name) for name in ("Fay First", "Sam Second"))
    arbiter = build.member(owner, Role.ARBITER, "Ari Arbiter", is_author=False)
    observer = build.member(owner, Role.OBSERVER, "Oda Observer")
    outsider = build.user("Uwe Outsider")
    other = build.review(outsider, title="Another review", is_author=True)
    made = World(owner, first, second, arbiter, observer, outsider, other)
    screened(made)
    extracted(made)
    taken_in_twice(made)
    do_jobs()
    sampled(made)
    analysed(made)
    invitation = workflow.invite(owner, Role.REVIEWER)
    made.things |= {
        "invitation": {"pk": invitation.pk},
        "token": {"token": invitation.token},
        "colleague": {"pk": second.pk},
        "pair": {"pk": Pair.objects.filter(review=made.review, state=Pair.State.ASKED).first().pk},
        "job": {"pk": Job.objects.filter(review=owner.review).first().pk},
    }
    return made


def screened(made: World) -> None:
    """Citations that wait, are voted on by one, are in conflict, are settled by a third, are sought and judged as full texts."""
    pair = (made.first, made.second)
    taken = build.imported(made.owner, build.ris(*({"TI": f"Trial {n}", "PY": 2000 + n} for n in range(6))))
    waiting, sealed, conflict, resolved, sought, judged = Citation.objects.filter(
        review=made.review, links__record__source=taken
    ).order_by("pk")
    screening.vote(made.second, sealed, TA, "include")
    note = screening.add_note(made.second, sealed, TA, "Quokka")
    for citation in (conflict, resolved):
        screening.vote(made.first, citation, TA, "include")
        screening.vote(made.second, citation, TA, "exclude")
    screening.add_note(made.second, conflict, TA, "Potoroo")
    remark = screening.discuss(made.arbiter, conflict, TA, "Wallaby")
    screening.resolve(made.arbiter, resolved, TA, "exclude", comment="Not on infants")
    build.agreed(pair, sought, TA)
    build.at_full_text(pair, made.owner, judged)
    table = screening.start_import(made.owner, taken.search, "own.csv", [b"Was;Wann\nEin Versuch;2001\n"])
    document = screening.attach(made.owner, judged, "judged.pdf", [pdf("Nothing to read")])
    returned = screening.return_to_screening(made.arbiter, resolved, "Looked at again")
    screening.undo_return(made.arbiter, returned)
    late = build.imported(made.owner, build.ris({"TI": "On the pouches of marsupials", "PY": 1996}))
    found = Citation.objects.filter(links__record__source=late)
    removal = screening.remove_before_screening(made.owner, found, "tool", "A classifier of trials, version 2")
    batch = screening.start_batch(made.first, [("Trial 4.pdf", [pdf("A trial")]), ("page.pdf", [b"<html>"])])
    reason = made.review.exclusion_reasons.get(text="Wrong population")
    screening.vote(made.second, judged, FT, "exclude", reason=reason)
    tried = screening.log_attempt(made.first, sought, way="library", tried_on=date(2026, 1, 5), text="No subscription")
    late = screening.add_reason(made.owner, "Published too late")
    screening.rename_reason(made.owner, late, "Published before 1990")
    own_note = screening.add_note(made.first, waiting, TA, "To be asked of the authors")
    assert isinstance(note, Note)
    screening.add_note(made.second, resolved, TA, "Dunnart", private=True)
    label = screening.create_label(made.second, "Possum")
    put = screening.create_label(made.first, "Background")
    screening.put_label(made.second, sealed, TA, label)
    screening.set_terms(made.owner, ["trial*"], ["rats"])
    stopped = screening.start_pilot(made.owner, TA, [made.first, made.second], 1)
    screening.stop_pilot(made.owner, stopped)
    partners = screening.join_partners(made.owner, FT, made.first, made.second)
    share = screening.share_out(made.owner, TA, [made.second], Which(1), "the first citation")[0]
    made.things |= {
        "pilot": {"pk": stopped.pk},
        "partners": {"pk": partners.pk},
        "share": {"pk": share.pk},
        "search": {"pk": taken.search_id},
        "import": {"pk": taken.pk},
        "twin": {"twin": taken.pk},
        "correction": {"pk": corrected(made, waiting).pk},
        "table": {"pk": table.pk},
        "record": {"pk": Record.objects.filter(source=taken).first().pk},
        "note": {"pk": own_note.pk},
        "label": {"pk": label.pk},
        "labelled": {"label": put.pk},
        "remark": {"pk": remark.pk},
        "document": {"pk": document.pk},
        "report": {"pk": sought.pk},
        "reason": {"pk": late.pk},
        "reason-change": {"pk": Event.unblinded.get(verb="screening.reason_renamed").pk},
        "return": {"pk": returned.pk},
        "removal": {"pk": removal.pk},
        "batch": {"pk": batch.pk},
        "attachment": {"pk": judged.report.attachments.get().pk},
        "attempt": {"pk": tried.pk},
        "format": {"format": "ris"},
        "title_abstract": {"stage": TA},
        "full_text": {"stage": FT},
        "citation": {"pk": sealed.pk},
        "waiting": {"pk": waiting.pk},
        "other": {"other": waiting.pk},
        "conflict": {"pk": conflict.pk},
        "resolved": {"pk": resolved.pk},
        "judged": {"pk": judged.pk},
    }


def taken_in_twice(made: World) -> None:
    """An article from two databases, which a rule links."""
    article = {"TI": "Sleep of infants whose mothers sang to them at night", "AU": ["Lull, A.", "Song, B."], "PY": 1999}
    article |= {"JO": "J Infant Sleep", "VL": "7", "SP": "11", "EP": "19"}
    for source in ("Embase", "PsycINFO"):
        build.imported(made.owner, build.ris(article | {"AN": source}), into=build.search(made.owner, source=source))


def sampled(made: World) -> None:
    """A sample of automatic links that waits for its judges."""
    drawn = screening.draw_audit(made.owner, 1)
    made.things |= {
        "audit": {"pk": drawn.pk},
        "sampled": {"pk": drawn.pk, "judged": drawn.sample.get().pk},
    }


def corrected(made: World, citation: Citation) -> Correction:
    """A field of this citation as the owner wrote it."""
    screening.correct_citation(made.owner, citation, {"journal": "J Corrected"}, {"journal": ""})
    return Correction.objects.get(citation=citation)


def extracted(made: World) -> None:
    """A study with one sheet in and one under way, one that waits for agreement, and one that is agreed."""
    pair = (made.first, made.second)
    outcome = build_extraction.outcome(made.first)
    half, fresh, differing, agreed = (
        build_extraction.study(pair, label) for label in ("Half 2001", "Fresh 2002", "Differing 2003", "Agreed 2004")
    )
    rob2 = build_extraction.rob2_for(made.owner, made.first, [half, fresh, differing, agreed], outcome)
    hidden(made, half, outcome)
    for study in (differing, agreed):
        for author in pair:
            events = 8 if author == made.first or study == agreed else 9
            doubted = {"percent": 45} if study == differing else {}
            rows = ({"events": events, "total": 20} | doubted, {"events": 4, "total": 21})
            build_extraction.submitted(author, study, build_extraction.cells(study, outcome, *rows))
            build_extraction.assessed(author, study)
            build_extraction.judged(author, study, rob2)
    doubt = queries.agreement_doubts(made.first, differing, queries.sheet_agreement(made.first, differing)).open[0]
    stands = extraction.let_stand_in_agreement(made.first, differing, doubt.ref, "So in table 2.")
    extraction.agree_sheet(made.first, agreed, {})
    extraction.agree_assessment(made.second, agreed, {})
    extraction.agree_assessment(made.second, agreed, {}, rob2)
    own = extraction.use_tool(made.owner, extraction.begin_tool(made.owner, "Own tool"))
    extraction.change_tool(made.owner, own.tool)
    discarded = extraction.drop_tool(made.owner, extraction.begin_tool(made.owner, "Another"))
    formed(made)
    made.things |= {
        "outcome": {"pk": outcome.pk},
        "study": {"pk": half.pk},
        "fresh": {"pk": fresh.pk},
        "differing": {"pk": differing.pk},
        "agreed": {"pk": agreed.pk},
        "arm": {"pk": half.arms.first().pk},
        "stands": {"reason": stands.pk},
        "rob1": {"tool": "rob1"},
        "rob2": {"tool": rob2},
        "rob2key": {"key": rob2},
        "own-tool": {"tool": own.tool},
        "discarded-tool": {"tool": discarded.tool},
        "svg": {"kind": "svg"},
    }


def formed(made: World) -> None:
    """A second version of the form, and a third that is being made."""
    draft = extraction.begin_form(made.first)
    extraction.edit_form(made.first, "add_question", "on_study", label="Country", kind="text")
    extraction.use_form(made.first, "The protocol asks for it")
    extraction.begin_form(made.owner)
    extraction.edit_form(made.owner, "add_question", "on_study", label="Blinded", kind="yes_no")
    made.things |= {
        "version": {"number": draft.number},
        "time": {"pk": extraction.add_time_point(made.first, name="Short term", begins=0, ends=6).pk},
        "section": {"id": "on_study"},
        "question": {"id": "country"},
    }


def hidden(made: World, study: Study, outcome: Outcome) -> None:
    """The second author's sheet and assessment of a study whose first author has only begun."""
    begun = extraction.start_sheet(made.first, study)
    extraction.save_entries(made.first, begun, {"study/participants": "Bilby"})
    extraction.start_assessment(made.first, study)
    sheet = extraction.start_sheet(made.second, study)
    values = {**build_extraction.TEXTS, "study/participants": "Wombat"}
    values |= build_extraction.cells(study, outcome, {"events": 7, "total": 19}, {"events": 3, "total": 18})
    report = Citation.objects.get(study_links__study=study)
    paper = screening.attach(made.owner, report, "half.pdf", [pdf("The participants")])
    place = {"document": paper.pk, "page": 1, "quote": "Cuscus", "box": [0.1, 0.31337, 0.6, 0.4]}
    where, places = {"study/participants": "Numbat"}, {"study/participants": place}
    had = {next(key for key in values if key.endswith("/events")): (Origin.IMPUTED, "Pademelon")}
    sheet = extraction.save_entries(made.second, sheet, values, where, places=places, origins=had)
    extraction.submit_sheet(made.second, sheet)
    judged = extraction.start_assessment(made.second, study)
    support = dict.fromkeys(build_extraction.SUPPORT, "Bandicoot")
    quoted = {next(iter(support)): {"document": paper.pk, "page": 1, "quote": "Bettong"}}
    judged = extraction.save_judgements(made.second, judged, build_extraction.LOW, support, places=quoted)
    extraction.submit_assessment(made.second, judged)
    rob2 = f"rob2_assignment-{outcome.pk}"
    extraction.start_assessment(made.first, study, rob2)
    build_extraction.judged(made.second, study, rob2, {"randomisation": "high", "randomisation.why": "Quoll"})


def analysed(made: World) -> None:
    """A planned analysis with a run on what is agreed."""
    outcome = Outcome.objects.get(pk=made.things["outcome"]["pk"])
    planned = analysis.plan(made.first, outcome, measure="RR", method=Analysis.Method.MH)
    investigation = investigations.investigate(made.first, planned, "sensitivity", "fixed")
    packed = analysis.make_package(made.first)
    sent = taking.send_takeover(made.first, [("old.rm5", rm5.write(RevmanReview("Old")))])
    archived = archiving.make_archive(made.owner)
    do_jobs()
    made.things |= {
        "package": {"pk": packed.pk},
        "takeover": {"pk": sent.pk},
        "archive": {"pk": archived.pk},
        "analysis": {"pk": planned.pk},
        "investigation": {"pk": investigation.pk},
        "run": {"pk": Run.objects.filter(analysis=planned).first().pk},
        "figure": {"name": "forest"},
        "finding": {"finding": rated(made, planned).pk},
        "standard": {"standard": "C39"},
        "flow": {"key": "dbr_screened"},
    }


def rated(made: World, planned: Analysis) -> Finding:
    """An outcome of the summary of findings that the second author alone has rated."""
    found = findings.add_finding(made.first, planned)
    findings.rate(made.second, found, "randomised", {"imprecision": -1}, {"imprecision": "Kowari"})
    return found


def count_on() -> None:
    """Let the next row of each table get the number after the last one there, as SQLite does: PostgreSQL's counters are never undone."""
    if connection.vendor != "postgresql":
        return
    name = connection.ops.quote_name
    tables = [(each._meta.db_table, each._meta.pk.column) for each in apps.get_models() if is_numbered(each)]
    ask = "setval(pg_get_serial_sequence('{0}', '{1}'), coalesce((SELECT max({2}) FROM {0}), 0) + 1, false)"
    wanted = [ask.format(name(table), column, name(column)) for table, column in tables]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(wanted)}")


def is_numbered(model: type[Model]) -> bool:
    return model._meta.managed and isinstance(model._meta.pk, AutoField)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves nothing behind."""
    count_on()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def on_one_day(patch: pytest.MonkeyPatch) -> None:
    """Let it be noon when a world begins, whenever that is: pages tell of days, and the tests may run over midnight."""
    began = time.monotonic()

    class Datetime(type):
        def __instancecheck__(cls, each: object) -> bool:
            return isinstance(each, datetime)

    class Clock(metaclass=Datetime):
        @staticmethod
        def now(tz: object = None) -> datetime:
            return NOON + timedelta(seconds=time.monotonic() - began)

    patch.setattr(timezone, "datetime", Clock)  # not `now` itself, which models hold as the default of their fields
