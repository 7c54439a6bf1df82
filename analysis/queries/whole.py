"""What does a review take along when it leaves? Every table of it, row by row, as far as the member who asks may see it.

Sealed are rows, not only their contents: what others have voted, noted, labelled or filled in appears once its seal is off. So nothing here is
numbered by an id whose gaps would tell of rows that are not shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from analysis.models import Analysis, CertaintyRating, Finding, Freeze, Run
from extraction.models import Arm, Assessment, FormVersion, Judgement, Outcome, Study, StudyReport, TimePoint
from extraction.queries.export import extracted_rows
from extraction.queries.forms import STANDARD, form_of
from extraction.schema.codebook import EXPORT
from extraction.schema.form import Form
from reviewapp.models import Member, Stage
from reviewapp.queries import trail
from screening.models import (
    SETTLED,
    Attachment,
    Citation,
    Document,
    Import,
    Label,
    Labelling,
    Link,
    Note,
    Record,
    Removed,
    Search,
    Standing,
)
from screening.models.searches import Bibliography
from screening.queries.decisions import HEADINGS as DECISIONS_HEAD
from screening.queries.decisions import decisions

Row = Mapping[str, Any]
AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the archive. meanings: what each column holds, in order."""

    name: str
    holds: str
    meanings: Mapping[str, str]
    rows: Callable[[Member], Iterable[Row]]


def values(rows: QuerySet, names: Mapping[str, str]) -> Iterator[Row]:
    """Rows of a table, with these columns from these fields; texts as they are, lists and dictionaries as JSON."""
    for found in rows.values_list(*names.values()).iterator(chunk_size=AT_ONCE):
        yield {name: plain(value) for name, value in zip(names, found, strict=True)}


def plain(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else value


def members(member: Member) -> Iterator[Row]:
    for each in Member.objects.filter(review=member.review_id).select_related("user").order_by("pk"):
        yield {
            "name": str(each),
            "role": each.role,
            "author": each.is_author,
            "joined": plain(each.joined_at),
            "left": plain(each.left_at),
        }


def searches(member: Member) -> Iterator[Row]:
    names = ("pk", "kind", "source", "platform", "searched_on", "hits", "strategy", "limits", "filters", "prior_work", "peer_review", "note", "dropped_at")  # fmt: skip
    fields = dict(zip(SEARCHES, names, strict=True))
    yield from values(Search.objects.filter(review=member.review_id).order_by("pk"), fields)


def imports(member: Member) -> Iterator[Row]:
    names = (
        "pk",
        "search",
        "file_name",
        "format",
        "encoding",
        "origin",
        "sha256",
        "created_at",
        "undone_at",
        "problems",
    )
    found = Import.objects.filter(search__review=member.review_id).order_by("pk")
    yield from values(found, dict(zip(IMPORTS, names, strict=True)))


def records(member: Member) -> Iterator[Row]:
    """Every record as it came, also those of imports that were undone; its citation by the link that stands."""
    last = 0
    while found := list(Record.objects.filter(review=member.review_id, pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = found[-1].pk
        standing = Link.objects.filter(record__in=found, undone_at=None).values_list(
            "record", "citation", "rule", "evidence"
        )
        links = {record: rest for record, *rest in standing}
        for each in found:
            citation, rule, evidence = links.get(each.pk, ("", "", ""))
            yield {
                "record": each.pk,
                "import": each.source_id,
                "position": each.position,
                "citation": citation,
                "rule": rule,
                "evidence": evidence,
                **{name: plain(getattr(each, name)) for name in Bibliography.FIELDS},
                "raw": each.raw,
            }


def citations(member: Member) -> Iterator[Row]:
    """Each citation in view, with its verdicts; one that is waiting and one in conflict are both open."""
    last = 0
    live = Citation.objects.filter(review=member.review_id, live=True).order_by("pk")
    while found := list(live.filter(pk__gt=last)[:AT_ONCE]):
        last = found[-1].pk
        states: dict[tuple[int, str], str] = {}
        for citation, stage, state in Standing.objects.filter(citation__in=found).values_list(
            "citation", "stage", "state"
        ):
            states[citation, stage] = str(state) if state in SETTLED else "" if state == "unreached" else "open"
        studies: dict[int, int] = dict(
            StudyReport.objects.filter(citation__in=found, undone_at=None).values_list("citation", "study")
        )
        for each in found:
            yield {
                "citation": each.pk,
                **{stage: states.get((each.pk, stage), "") for stage in Stage.values},
                "study": studies.get(each.pk, ""),
                **{name: plain(getattr(each, name)) for name in Bibliography.FIELDS},
            }


def decided(member: Member) -> Iterator[Row]:
    for row in decisions(member):
        yield dict(zip(DECISIONS_HEAD, row, strict=True))


def removals(member: Member) -> Iterator[Row]:
    """Each citation of each removal, those that were put back too."""
    fields = ("removal", "citation", "removal__kind", "removal__reason", "removal__member__user__name", "removal__at", "undone_at", "undone_by__user__name")  # fmt: skip
    found = Removed.objects.filter(removal__review=member.review_id).order_by("pk")
    yield from values(found, dict(zip(REMOVALS, fields, strict=True)))


def notes(member: Member) -> Iterator[Row]:
    found = Note.blind.for_member(member).filter(withdrawn_at=None).order_by("citation", "at")
    yield from values(
        found, dict(zip(NOTES, ("citation", "stage", "member__user__name", "at", "private", "text"), strict=True))
    )


def labels(member: Member) -> Iterator[Row]:
    found = Labelling.blind.for_member(member).filter(withdrawn_at=None)
    fields = ("citation", "stage", "label__name", "member__user__name", "at")
    yield from values(found.order_by("citation", "at"), dict(zip(LABELS, fields, strict=True)))


def label_list(member: Member) -> Iterator[Row]:
    fields = ("name", "colour", "merged_into__name", "dropped_at")
    found = Label.objects.filter(review=member.review_id).order_by("name", "pk")
    yield from values(found, dict(zip(LABEL_LIST, fields, strict=True)))


def documents(member: Member) -> Iterator[Row]:
    fields = ("document", "report__citation", "document__file_name", "document__sha256", "at", "ended_at")
    found = Attachment.objects.filter(document__review=member.review_id).order_by("pk")
    yield from values(found, dict(zip(DOCUMENTS, fields, strict=True)))


def studies(member: Member) -> Iterator[Row]:
    fields = ("pk", "label", "registration", "taken_from", "note", "dropped_at")
    yield from values(
        Study.objects.filter(review=member.review_id).order_by("pk"), dict(zip(STUDIES, fields, strict=True))
    )


def arms(member: Member) -> Iterator[Row]:
    fields = ("pk", "study", "name", "role", "size", "part_of", "note", "dropped_at")
    found = Arm.objects.filter(study__review=member.review_id).order_by("pk")
    yield from values(found, dict(zip(ARMS, fields, strict=True)))


def outcomes(member: Member) -> Iterator[Row]:
    fields = ("pk", "name", "kind", "time_point", "at", "unit", "higher_is_better", "note", "dropped_at")
    found = Outcome.objects.filter(review=member.review_id).order_by("pk")
    yield from values(found, dict(zip(OUTCOMES, fields, strict=True)))


def times(member: Member) -> Iterator[Row]:
    found = TimePoint.objects.filter(review=member.review_id).order_by("pk")
    yield from values(found, dict(zip(TIMES, ("pk", "name", "begins", "ends", "unit", "dropped_at"), strict=True)))


def judgements(member: Member) -> Iterator[Row]:
    """Of assessments that the member may see and that are handed in: the agreed ones, and both authors' once both are in."""
    seen = Assessment.blind.for_member(member).standing().filter(submitted_at__isnull=False)
    fields = ("assessment__study", "assessment__study__label", "assessment__tool", "assessment__agreed", "assessment__member__user__name", "key", "value", "text", "taken_from", "reason")  # fmt: skip
    lines = Judgement.unblinded.filter(assessment__in=seen.order_by().values("pk")).order_by("assessment", "pk")
    yield from values(lines, dict(zip(JUDGEMENTS, fields, strict=True)))


def findings(member: Member) -> Iterator[Row]:
    fields = ("analysis", "analysis__outcome__name", "assumed_risk", "risk_source", "added_at", "dropped_at")
    found = Finding.objects.filter(analysis__review=member.review_id).order_by("pk")
    yield from values(found, dict(zip(FINDINGS, fields, strict=True)))


def freezes(member: Member) -> Iterator[Row]:
    fields = ("run__analysis", "run__number", "purpose", "member__user__name", "at", "ended_at")
    found = Freeze.objects.filter(run__analysis__review=member.review_id).order_by("pk")
    yield from values(found, dict(zip(FREEZES, fields, strict=True)))


def certainty(member: Member) -> Iterator[Row]:
    """Ratings of the summary of findings that the member may see: agreed ones, and both authors' once both are in."""
    fields = ("finding__analysis", "finding__analysis__outcome__name", "agreed", "member__user__name", "run__number", "start", "steps", "reasons", "made_at")  # fmt: skip
    seen = CertaintyRating.blind.for_member(member).standing().order_by("finding", "pk")
    yield from values(seen, dict(zip(CERTAINTY, fields, strict=True)))


def events(member: Member) -> Iterator[Row]:
    """The trail, oldest first, numbered as it is shown."""
    found = trail(member).order_by("pk").select_related("actor").iterator(chunk_size=AT_ONCE)
    for number, each in enumerate(found, start=1):
        yield {
            "number": number,
            "at": each.at.isoformat(),
            "person": str(each.actor),
            "verb": each.verb,
            "subject": each.subject,
            "facts": plain(each.facts),
        }


SEARCHES = {
    "search": "Number of the search", "kind": "database, register or other", "source": "Its name", "platform": "Where it was searched",
    "searched_on": "Date", "hits": "As the source reported them", "strategy": "As it was run", "limits": "Limits and restrictions",
    "filters": "Published search filters", "prior_work": "Earlier strategies taken up", "peer_review": "Who reviewed the strategy",
    "note": "Note", "dropped": "When it was dropped; empty while it stands",
}  # fmt: skip
IMPORTS = {
    "import": "Number of the import", "search": "For which search", "file": "The file's name", "format": "As it was read",
    "encoding": "Of its text", "origin": "file, pasted or hand", "sha256": "Of the file, which is in the folder imports under this name",
    "at": "When", "undone": "When it was undone; empty while it stands", "problems": "What could not be understood, with lines, as JSON",
}  # fmt: skip
BIBLIOGRAPHY = {name: f"The publication's {name}" for name in Bibliography.FIELDS}
RECORDS = {
    "record": "Number of the record", "import": "From which import", "position": "Its place in the file", "citation": "The citation that it is of",
    "rule": "By which rule it is of that citation", "evidence": "What the rule saw", **BIBLIOGRAPHY, "raw": "The record as it came",
}  # fmt: skip
CITATIONS = {
    "citation": "Number of the citation", "title_abstract": "Verdict: include or exclude; open without one",
    "full_text": "The same of the full text; empty where it was not reached", "study": "The study that it reports", **BIBLIOGRAPHY,
}  # fmt: skip
DECISIONS = {
    "citation": "Number of the citation", "records": "Its records", "title": "Its title", "stage": "title_abstract or full_text",
    "kind": "vote, resolution, removal before screening, or waiting for a verdict", "person": "Who", "vote": "include, maybe or exclude", "reason": "As it was chosen",
    "counted_as": "The reason as the list has it now", "time": "When", "verdict": "Of the stage; of a removal its kind", "open_to": "Who may see this row",
    "removed": "Why the citation was removed before screening, if it is",
}  # fmt: skip
REMOVALS = {
    "removal": "Number of the act", "citation": "Number of the citation", "kind": "tool: an automation tool found it ineligible; removed: for another reason",
    "reason": "Which tool, with version and setting; or why", "person": "Who removed it", "at": "When", "put_back": "When it was put back, if it was",
    "put_back_by": "Who put it back",
}  # fmt: skip
NOTES = {
    "citation": "Number of the citation", "stage": "At which stage", "person": "Who", "at": "When", "private": "Whether for oneself alone", "text": "The note",
}  # fmt: skip
LABELS = {
    "citation": "Number of the citation",
    "stage": "At which stage",
    "label": "The label",
    "person": "Who",
    "at": "When",
}
LABEL_LIST = {
    "label": "Its name", "colour": "Its colour", "shown_as": "The label that it was merged into; empty: itself",
    "off_the_list": "When it was taken off the list; empty while it can be put on citations",
}  # fmt: skip
DOCUMENTS = {
    "document": "Number of the document", "citation": "The report whose PDF it is, or was", "file": "The file's name",
    "sha256": "Of the file, which is in the folder pdfs under this name", "at": "When it was attached", "ended": "When it was taken off",
}  # fmt: skip
STUDIES = {
    "study": "Number of the study", "label": "Its name", "registration": "Numbers in registers", "taken_from": "The file with which it came",
    "note": "Note", "dropped": "When it was dropped; empty while it stands",
}  # fmt: skip
ARMS = {
    "arm": "Number of the arm", "study": "Of which study", "name": "Its name", "role": "experimental, control or other", "size": "People randomised",
    "part_of": "Number of the arm into which its numbers are combined", "note": "Note", "dropped": "When it was dropped",
}  # fmt: skip
OUTCOMES = {
    "outcome": "Number of the outcome", "name": "Its name", "kind": "Its kind", "time_point": "When it is measured", "time": "Number of that time point", "unit": "Unit or scale",
    "higher_is_better": "Whether more is better", "note": "Note", "dropped": "When it was dropped",
}  # fmt: skip
TIMES = {
    "time": "Number of the time point", "name": "Its name", "begins": "Least time", "ends": "Greatest time", "unit": "Of both", "dropped": "When it was dropped",
}  # fmt: skip
JUDGEMENTS = {
    "study_id": "Number of the study", "study": "Its name", "tool": "Tool", "agreed": "Whether it is the agreed one", "person": "Who judged or signed",
    "domain": "Domain or question", "judgement": "The judgement or reply", "support": "What supports it", "taken_from": "Of an agreed one: whose it was",
    "reason": "Of an agreed one: why",
}  # fmt: skip
FINDINGS = {
    "analysis": "Number of the analysis", "outcome": "Its outcome", "assumed_risk": "Of 1000 people without the intervention; empty: the median of the control groups",
    "risk_source": "Where the assumed risk is from", "added": "When it was taken into the summary", "dropped": "When it was taken out",
}  # fmt: skip
FREEZES = {
    "analysis": "Number of the analysis", "run": "Number of the run", "purpose": "What it is frozen for", "person": "Who froze it", "at": "When",
    "ended": "When that was taken back",
}  # fmt: skip
CERTAINTY = {
    "analysis": "Number of the analysis", "outcome": "Its outcome", "agreed": "Whether it is the agreed one", "person": "Who rated or signed",
    "run": "Number of the run whose numbers were rated", "start": "Where the evidence begins: randomised or other studies",
    "steps": "Levels down or up by domain, as JSON", "reasons": "Why, by domain, as JSON", "at": "When",
}  # fmt: skip
TRAIL = {
    "number": "In the order of time, of the events that the maker of this archive may see", "at": "When", "person": "Who", "verb": "What was done",
    "subject": "To what: its kind and number", "facts": "The facts, as JSON",
}  # fmt: skip
EXTRACTED = {name: help for name, (_, help) in EXPORT.items()}

TABLES: Sequence[Table] = (
    Table("members", "The team", {"name": "Name", "role": "Role", "author": "Whether a review author", "joined": "When", "left": "When, if so"}, members),
    Table("searches", "Searches, with their strategies", SEARCHES, searches),
    Table("imports", "Files taken in", IMPORTS, imports),
    Table("records", "Records as they came, each with its citation", RECORDS, records),
    Table("citations", "Citations in view, with their verdicts", CITATIONS, citations),
    Table("decisions", "Votes and resolutions", DECISIONS, decided),
    Table("removals", "Citations removed before screening, and put back", REMOVALS, removals),
    Table("notes", "Notes on citations", NOTES, notes),
    Table("labels", "Labels on citations", LABELS, labels),
    Table("label_list", "The labels of the review, also those merged into others or off the list", LABEL_LIST, label_list),
    Table("documents", "PDFs of reports", DOCUMENTS, documents),
    Table("studies", "Studies", STUDIES, studies),
    Table("arms", "Arms of the studies", ARMS, arms),
    Table("outcomes", "Outcomes", OUTCOMES, outcomes),
    Table("time_points", "Time points", TIMES, times),
    Table("extraction", "Every answer of the sheets: agreed, and both authors'", EXTRACTED, extracted_rows),
    Table("risk_of_bias", "Every judgement of risk of bias", JUDGEMENTS, judgements),
    Table("findings", "Outcomes of the summary of findings, with the risks assumed", FINDINGS, findings),
    Table("frozen_runs", "Runs frozen for a manuscript", FREEZES, freezes),
    Table("certainty", "Every rating of the certainty of an outcome", CERTAINTY, certainty),
    Table("trail", "Who did what, when", TRAIL, events),
)  # fmt: skip


# --- what is no table ----------------------------------------------------------------------------------------------


def forms(member: Member) -> list[tuple[int, Form]]:
    """The versions of the extraction form that were in use, by number; 0 is the one with which every review begins."""
    used = FormVersion.objects.filter(review=member.review_id, used_at__isnull=False, dropped_at=None)
    return [(0, STANDARD), *((row.number, form_of(row)) for row in used)]


def runs(member: Member) -> Iterator[Run]:
    """Every finished run of every analysis, those of dropped ones too."""
    found = Run.objects.filter(analysis__review=member.review_id).exclude(state=Run.State.QUEUED)
    yield from found.select_related("analysis__outcome").order_by("analysis", "number").iterator(chunk_size=50)


def plans(member: Member) -> list[Analysis]:
    return list(
        Analysis.objects.filter(review=member.review_id)
        .select_related("outcome", "review")
        .prefetch_related("investigations")
    )


def kept_files(member: Member) -> Iterator[tuple[str, str]]:
    """Folder and hash of each file that the review keeps: what was imported, and the PDFs."""
    imported = Import.objects.filter(search__review=member.review_id).values_list("sha256", flat=True)
    yield from (("imports", sha256) for sha256 in sorted(set(imported)))
    pdfs = Document.objects.filter(review=member.review_id).values_list("sha256", flat=True)
    yield from (("pdfs", sha256) for sha256 in sorted(set(pdfs)))


def protocol(member: Member) -> dict[str, Any]:
    """The review as its protocol has it, with the reasons for exclusion and the planned analyses."""
    review = member.review
    own = [field.name for field in review._meta.concrete_fields if field.name != "id"]
    reasons = review.exclusion_reasons.values("pk", "position", "text", "group", "retired_at", "merged_into")
    names = (
        "pk",
        "outcome_id",
        "position",
        *Analysis.CHOICES,
        "tests_from",
        "favours_left",
        "favours_right",
        "note",
        "published",
        "dropped_at",
    )
    return {
        "review": {name: plain(getattr(review, name)) for name in own},
        "reasons": [{name: plain(value) for name, value in each.items()} for each in reasons],
        "analyses": [
            {**{name: plain(getattr(each, name)) for name in names}, "investigations": list(map(str, each.standing))}
            for each in plans(member)
        ],
    }
