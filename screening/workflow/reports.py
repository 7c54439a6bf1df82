"""Is the report of an included citation at hand? Sought, retrieved (with its PDF or without), not retrieved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from django.conf import settings
from django.db import transaction

from reviewapp import audit, files, states
from reviewapp.access import Can, require
from reviewapp.errors import BadFile, WrongState
from reviewapp.models import Member
from screening.models import Citation, Document, Report
from screening.workflow.standing import locked, settle

State = Report.State
MOVES = {state: set(State.values) - {state} for state in State.values}


def attach(member: Member, citation: Citation, name: str, chunks: Iterable[bytes]) -> Document:
    """Keep a PDF as the citation's report, which is retrieved thereby. Raises BadFile for what is not a PDF."""
    require(member, Can.IMPORT)
    kept = files.keep(only_pdf(iter(chunks), name), name=name, most=settings.DOCUMENT_MAX_BYTES)
    with transaction.atomic():
        citation, report = report_of(member, citation)
        document, _ = Document.objects.get_or_create(
            review_id=member.review_id,
            sha256=kept.sha256,
            defaults={"file_name": name[-255:], "size": kept.size, "member": member},
        )
        before = report.document_id
        report.document = document
        report.save(update_fields=["document"])
        states.move(report, State.RETRIEVED, MOVES)
        audit.record(member, "screening.report_attached", citation, file=name, sha256=kept.sha256, before=before)
        settle(member, citation)
    return document


def only_pdf(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Pass the chunks on if they begin as a PDF does."""
    first = next(chunks, b"")
    if first and b"%PDF-" not in first[:1024]:
        raise BadFile(
            f"“{name}” is not a PDF.", todo="Choose the report's PDF, or mark it as retrieved without a file."
        )
    return chain([first] if first else [], chunks)


def mark_retrieved(member: Member, citation: Citation) -> None:
    """The report is at hand, on paper or elsewhere."""
    change(member, citation, State.RETRIEVED, "screening.report_retrieved")


def not_retrieved(member: Member, citation: Citation, comment: str = "") -> None:
    """The report could not be had; the comment says what was tried. It can be sought again."""
    change(member, citation, State.NOT_RETRIEVED, "screening.report_not_retrieved", comment.strip())


def seek_again(member: Member, citation: Citation) -> None:
    """Take "retrieved" or "not retrieved" back. Votes cast on the report stay, and count again when it is retrieved."""
    change(member, citation, State.SOUGHT, "screening.report_sought")


def change(member: Member, citation: Citation, to: str, verb: str, comment: str = "") -> None:
    require(member, Can.IMPORT)
    with transaction.atomic():
        citation, report = report_of(member, citation)
        before = report.state
        if not states.move(report, to, MOVES):
            return
        report.comment = comment
        report.save(update_fields=["comment"])
        audit.record(member, verb, citation, before=before, comment=comment)
        settle(member, citation)


def report_of(member: Member, citation: Citation) -> tuple[Citation, Report]:
    """The locked citation and its report. Raises WrongState for citations whose report is not sought."""
    citation = locked(member, citation)
    report = Report.objects.filter(citation=citation).first()
    if report is None:
        raise WrongState(
            "The report of this citation is not sought.",
            todo="Only citations included at title and abstract go on to retrieval.",
        )
    return citation, report
