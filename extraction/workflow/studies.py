"""Which reports tell of which study? Making, joining, splitting, dropping; each can be undone, and nothing is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from extraction import queries
from extraction.models import Study, StudyReport
from extraction.schema.labels import LONGEST, suggest_label, with_first_letter
from extraction.workflow.common import change, locked, locked_study
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, NotHere, WrongState
from reviewapp.models import Member
from reviewapp.workflow import lock_review
from screening.models import Citation


def make_study(member: Member, label: str, citations: Sequence[Citation]) -> Study:
    """Make a study of one or more included reports. Without a label it is called by its earliest report.

    Refused: reports that are not included or are of another study (WrongState), a label that is taken (BadInput).
    """
    require(member, Can.EXTRACT)
    if not citations:
        raise BadInput("A study needs at least one report.", todo="Choose the report that tells of it.")
    with transaction.atomic():
        lock_review(member)
        reports = [free_report(member, citation) for citation in sorted(citations, key=lambda each: each.pk)]
        given = label.strip()
        label = given or label_for(member, reports)
        refuse_label(member, label)
        if not given:
            letter_the_first(member, label)
        number = "; ".join(dict.fromkeys(each for report in reports for each in queries.registrations_of(report)))[:120]
        study = Study.objects.create(review_id=member.review_id, label=label, registration=number)
        link(member, study, reports)
        audit.record(member, "extraction.study_made", study, label=label, reports=[report.pk for report in reports])
    return study


def change_study(member: Member, study: Study, **changes: Any) -> Study:
    """Change a study's label, registration number or note."""
    require(member, Can.EXTRACT)
    known = {name: str(changes[name]).strip() for name in ("label", "registration", "note") if name in changes}
    with transaction.atomic():
        lock_review(member)
        study = locked_study(member, study)
        if known.get("label", study.label) != study.label:
            refuse_label(member, known["label"])
        if facts := change(study, known):
            audit.record(member, "extraction.study_changed", study, **facts)
    return study


def join_report(member: Member, study: Study, citation: Citation) -> StudyReport:
    """Say that an included report tells of this study. Undone by split_report."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        study = locked_study(member, study)
        present = StudyReport.objects.filter(study=study, citation=citation, undone_at=None).first()
        if present:
            return present
        joined = link(member, study, [free_report(member, citation)])[0]
        audit.record(member, "extraction.report_joined", study, report=citation.pk)
    return joined


def split_report(member: Member, study: Study, citation: Citation) -> None:
    """Say that a report does not tell of this study after all. Sheets stay as they are; join_report brings it back."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        study = locked_study(member, study)
        links = list(StudyReport.objects.filter(study=study, undone_at=None))
        present = next((each for each in links if each.citation_id == citation.pk), None)
        if present is None:
            raise NotHere("This report is not one of the study's.", todo="Load the page again to see what it has now.")
        if len(links) == 1:
            raise WrongState(
                "This is the study's only report.", todo="Drop the study instead; its report is free again then."
            )
        present.undone_at = timezone.now()
        present.save(update_fields=["undone_at"])
        audit.record(member, "extraction.report_split", study, report=citation.pk)


def move_report(member: Member, source: Study, target: Study, citation: Citation) -> StudyReport:
    """Say that a report tells of another study than was thought. Undone by moving it back; sheets stay where they are.

    A study whose only report is moved away is dropped with its sheets, and can be restored.
    """
    require(member, Can.EXTRACT)
    with transaction.atomic():
        for pk in sorted({source.pk, target.pk}):  # in one order, so that two moves never wait for each other
            locked_study(member, Study(pk=pk))
        if StudyReport.objects.filter(study=target, citation=citation, undone_at=None).exists():
            return StudyReport.objects.get(study=target, citation=citation, undone_at=None)
        links = list(StudyReport.objects.filter(study=source, undone_at=None))
        if citation.pk not in {each.citation_id for each in links}:
            raise NotHere("This report is not one of the study's.", todo="Load the page again to see what it has now.")
        if len(links) == 1:
            drop_study(member, source)
        else:
            split_report(member, source, citation)
        joined = join_report(member, target, citation)
        audit.record(member, "extraction.report_moved", target, report=citation.pk, before=source.pk)
    return joined


def drop_study(member: Member, study: Study) -> None:
    """Take a study out of view and free its reports. Its sheets and agreements stay; restore_study brings all of it back."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        study = locked_study(member, study)
        study.dropped_at = timezone.now()
        study.save(update_fields=["dropped_at"])
        links = StudyReport.objects.filter(study=study, undone_at=None)
        reports = list(links.values_list("citation", flat=True))
        links.update(undone_at=study.dropped_at)
        audit.record(member, "extraction.study_dropped", study, label=study.label, reports=reports)


def restore_study(member: Member, study: Study) -> Study:
    """Bring a dropped study back with the reports it had, but for those that tell of another study by now."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        lock_review(member)
        study = locked(Study, study.pk, review=member.review_id)
        if study.dropped_at is None:
            return study
        if is_taken(member, study.label):
            raise BadInput(
                f"Another study is called {study.label} by now.", todo="Rename that one, then restore this one."
            )
        reports = freed_with(study, study.dropped_at)
        study.dropped_at = None
        study.save(update_fields=["dropped_at"])
        link(member, study, reports)
        audit.record(
            member, "extraction.study_restored", study, label=study.label, reports=[report.pk for report in reports]
        )
    return study


def freed_with(study: Study, dropped_at: datetime) -> list[Citation]:
    """The reports that were freed when the study was dropped, and are of no study now."""
    freed = Citation.objects.filter(study_links__study=study, study_links__undone_at=dropped_at)
    return list(freed.exclude(study_links__undone_at=None).order_by("pk"))


def free_report(member: Member, citation: Citation) -> Citation:
    """The report, locked. Raises WrongState unless it is included and of no study yet."""
    found = locked(Citation, citation.pk, review=member.review_id)
    if not queries.included_reports(member.review).filter(pk=found.pk).exists():
        raise WrongState(f"“{found}” is not included at full text.", todo="Only included reports tell of studies.")
    taken = StudyReport.objects.select_related("study").filter(citation=found, undone_at=None).first()
    if taken:
        raise WrongState(
            f"“{found}” is already a report of {taken.study.label}.",
            todo="If that is wrong, split it off from that study first.",
        )
    return found


def link(member: Member, study: Study, reports: Sequence[Citation]) -> list[StudyReport]:
    return [StudyReport.objects.create(study=study, citation=report, member=member) for report in reports]


def label_for(member: Member, reports: Sequence[Citation]) -> str:
    """A free label, by the earliest of the reports."""
    earliest = min(reports, key=lambda each: (each.year or 9999, each.pk))
    taken = Study.objects.filter(review=member.review_id, dropped_at=None).values_list("label", flat=True)
    return suggest_label(earliest.first_author, earliest.year, earliest.title, set(taken))


def letter_the_first(member: Member, label: str) -> None:
    """Call the study with the plain label `a` when the new one is its `b`: Murray 2003a and Murray 2003b."""
    plain = label.removesuffix("b")
    first = Study.objects.filter(review=member.review_id, dropped_at=None, label=plain).first()
    lettered = with_first_letter(plain, label)
    if first and lettered:
        audit.record(member, "extraction.study_changed", first, **change(first, {"label": lettered}))


def refuse_label(member: Member, label: str) -> None:
    """Raise BadInput for a label that is empty, too long, or another study's."""
    if not label or len(label) > LONGEST:
        raise BadInput(
            f"A study's label has 1 to {LONGEST} characters.", todo="Author and year are usual: Murray 2003."
        )
    if is_taken(member, label):
        raise BadInput(
            f"Another study is called {label} already.", todo="Add a letter to the year, as in Murray 2003b."
        )


def is_taken(member: Member, label: str) -> bool:
    return Study.objects.filter(review=member.review_id, dropped_at=None, label=label).exists()
