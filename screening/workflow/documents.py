"""Which PDF is a report's? Keeping, attaching, taking off and putting back; the history stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from reviewapp import audit, files, states
from reviewapp.access import Can, require
from reviewapp.errors import BadFile, Stale
from reviewapp.models import Member
from screening.models import Attachment, Citation, Document, Report
from screening.workflow.reports import MOVES, report_of
from screening.workflow.standing import settle

State = Report.State
HEAD, TAIL = 1024, 65_536  # bytes: where the format's mark must stand, and where the last table's place is told
INSTEAD = "Choose the report's PDF, or mark it as retrieved without a file."


def keep_pdf(name: str, chunks: Iterable[bytes]) -> files.Kept:
    """Store the bytes of a PDF, before anything is locked. Raises BadFile for what is none, or is cut short."""
    pdf = only_pdf(iter(chunks), name)
    return files.keep(pdf, name=name, most=settings.DOCUMENT_MAX_BYTES, too_large=INSTEAD, empty=INSTEAD)


def document_of(member: Member, name: str, kept: files.Kept) -> Document:
    """The review's document of stored bytes, one however often they are sent. Made in the transaction of the act that sends it."""
    document, _ = Document.objects.get_or_create(
        review_id=member.review_id,
        sha256=kept.sha256,
        defaults={"file_name": name[-255:], "size": kept.size, "member": member},
    )
    return document


def only_pdf(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Pass the chunks on; raise BadFile when they do not begin as a PDF does, or do not end as one."""
    head, tail = b"", b""
    for chunk in chunks:
        if len(head) < HEAD:
            head = (head + chunk)[:HEAD]
        tail = (tail + chunk)[-TAIL:]
        yield chunk
    if head and b"%PDF-" not in head:
        web_page = head.lstrip().lower().startswith((b"<!doctype", b"<html"))
        what = "It is a web page, such as a publisher's sign-in. " if web_page else ""
        raise BadFile(f"“{name}” is not a PDF.", todo=what + INSTEAD)
    if head and b"startxref" not in tail and b"%%EOF" not in tail:
        raise BadFile(
            f"“{name}” is cut short: the end of the PDF is missing.", todo="Download it again, and attach it then."
        )


def attach(member: Member, citation: Citation, name: str, chunks: Iterable[bytes]) -> Document:
    """Keep a PDF as the citation's report, which is retrieved thereby. A former PDF is replaced and stays in the history."""
    require(member, Can.IMPORT)
    kept = keep_pdf(name, chunks)
    with transaction.atomic():
        citation, report = report_of(member, citation)
        document = document_of(member, name, kept)
        put(member, citation, report, document)
    return document


def attach_again(member: Member, citation: Citation, former: Attachment) -> None:
    """Put a PDF back that was taken off or replaced."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        citation, report = report_of(member, citation)
        former = Attachment.objects.select_related("document").get(pk=former.pk, report=report)
        put(member, citation, report, former.document)


def put(member: Member, citation: Citation, report: Report, document: Document) -> Attachment:
    """Make a document the PDF of a locked citation's report. The same again changes nothing."""
    present = present_of(report)
    if present and present.document_id == document.pk:
        return present
    came_from = present.state_before if present else report.state
    if present:
        end(member, present, "replaced")
    made = Attachment.objects.create(
        report=report, document=document, state_before=came_from, replaces=present, member=member
    )
    audit.record(
        member,
        "screening.report_attached",
        citation,
        file=document.file_name,
        sha256=document.sha256,
        before=present.document.file_name if present else "",
    )
    show(member, citation, report, document, State.RETRIEVED)
    return made


def detach(member: Member, citation: Citation, why: str = "") -> None:
    """Take a wrong PDF off: the report stands where it stood before, and votes cast on it wait until it is at hand again."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        citation, report = report_of(member, citation)
        present = present_of(report)
        if present is None:
            raise Stale("There is no PDF here (any more) that could be taken off.")
        take_off(member, citation, report, present, why.strip())


def take_off(member: Member, citation: Citation, report: Report, present: Attachment, why: str) -> None:
    """End an attachment of a locked citation's report; the report goes back to where it stood before."""
    end(member, present, why)
    audit.record(member, "screening.report_detached", citation, file=present.document.file_name, comment=why)
    show(member, citation, report, None, present.state_before)


def present_of(report: Report) -> Attachment | None:
    return Attachment.objects.filter(report=report, ended_at=None).select_related("document").first()


def end(member: Member, attachment: Attachment, why: str) -> None:
    attachment.ended_at, attachment.ended_by, attachment.why_ended = timezone.now(), member, why[:500]
    attachment.save(update_fields=["ended_at", "ended_by", "why_ended"])


def show(member: Member, citation: Citation, report: Report, document: Document | None, state: str) -> None:
    """Write what the report now has, and where it stands."""
    report.document = document
    report.save(update_fields=["document"])
    states.move(report, state, MOVES)
    settle(member, citation)
