"""How do many PDFs become reports' PDFs at once? Kept, matched by a job, looked at by a person, applied; and the whole undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from reviewapp import audit, files, jobs
from reviewapp.access import Can, require
from reviewapp.errors import BadFile, BadInput, NotHere, Stale
from reviewapp.models import Job, Member, Stage
from screening.models import Attachment, Batch, BatchFile, Citation, Report, Standing, StandingState
from screening.pdfs.matching import Wanted, match
from screening.pdfs.reading import FirstPages, first_pages
from screening.workflow.documents import document_of, keep_pdf, present_of, put, take_off
from screening.workflow.standing import lock_all

How = BatchFile.How
AGAIN = "The same file was sent twice; the other one stands."


def start_batch(member: Member, sent: Iterable[tuple[str, Iterable[bytes]]]) -> Batch:
    """Keep these files, and ask a job of which reports they are. A file that is no PDF is listed with what is wrong with it."""
    require(member, Can.IMPORT)
    stored = [(name, *stored_or_not(name, chunks)) for name, chunks in sent]
    if not stored:
        raise BadInput("No file was chosen.", todo="Choose the PDFs, or drag them onto the field.")
    with transaction.atomic():
        batch = Batch.objects.create(review_id=member.review_id, member=member)
        rows: list[BatchFile] = []
        seen: set[int] = set()
        for name, kept, problem in stored:
            document = document_of(member, name, kept) if kept else None
            if document and document.pk in seen:
                problem = AGAIN
            seen |= {document.pk} if document else set()
            rows.append(BatchFile(batch=batch, file_name=name[-255:], document=document, problem=problem))
        BatchFile.objects.bulk_create(rows)
        batch.job = jobs.enqueue(member, "screening.match_pdfs", total=len(rows), batch_id=batch.pk)
        batch.save(update_fields=["job"])
        audit.record(member, "screening.pdfs_sent", batch, files=[row.file_name for row in rows])
    return batch


def stored_or_not(name: str, chunks: Iterable[bytes]) -> tuple[files.Kept | None, str]:
    """A file that was sent, stored; or nothing, and what is wrong with it."""
    try:
        return keep_pdf(name, chunks), ""
    except BadFile as told:
        return None, f"{told.message} {told.todo}"[:500]


def perform_matching(job: Job) -> None:
    """Match the files of a batch that nobody has looked at yet, one by one. Run again it goes on where it ended."""
    batch = Batch.objects.get(pk=job.args["batch_id"])
    wanted = sought(batch.review_id)
    open_files = list(batch.files.filter(how="", problem="").select_related("document"))
    done = job.total - len(open_files)
    for file in open_files:
        done += 1
        jobs.progress(job, done, message=file.file_name, lasting=file != open_files[0])
        found = match(file.file_name, FirstPages(), wanted)
        read = FirstPages() if found else first_pages(files.path_of(file.document.sha256))
        found = found or match(file.file_name, read, wanted)
        with transaction.atomic():
            file = BatchFile.objects.select_for_update().get(pk=file.pk)
            if file.how:
                continue
            file.citation_id = found.key if found else None
            file.how = found.how if found else How.NOTHING
            file.evidence = found.evidence if found else read.problem
            file.save(update_fields=["citation", "how", "evidence"])
    with transaction.atomic():
        matched = batch.files.exclude(citation=None).count()
        jobs.progress(job, job.total, message=f"{matched:,} of {job.total:,} matched")
        audit.record(job.member, "screening.pdfs_matched", batch, matched=matched, files=job.total)


def sought(review: int) -> list[Wanted]:
    """The reports that a PDF may be, with what they can be known by."""
    included = Standing.objects.filter(
        review=review, stage=Stage.TITLE_ABSTRACT, state=StandingState.INCLUDE, citation__live=True
    )
    citations = Citation.objects.filter(pk__in=included.values("citation")).only(
        "pk", "title", "doi", "pmid", "authors", "year"
    )
    return [
        Wanted(each.pk, each.title, each.doi, each.pmid, each.first_author, each.year)
        for each in citations.order_by("pk")
    ]


def apply_batch(member: Member, batch: Batch, choices: Mapping[int, int | None]) -> int:
    """Attach the files to the reports chosen for them, {file: citation, None to leave it out}; say how many. All or nothing.

    A PDF that a report had is replaced, and stays in its history. Applied twice (double click) it is applied once.
    """
    require(member, Can.IMPORT)
    with transaction.atomic():
        batch = locked_batch(member, batch)
        if batch.applied_at:
            return 0
        files_by_id = {each.pk: each for each in batch.files.exclude(document=None).select_related("document")}
        chosen = {files_by_id[pk]: citation for pk, citation in choices.items() if citation and pk in files_by_id}
        reports = reports_for(member, chosen)
        for file, number in sorted(chosen.items(), key=lambda each: each[1]):
            report = reports[number]
            before = present_of(report)
            made = put(member, report.citation, report, file.document)
            file.attachment = made if before != made else None
            if file.citation_id != number:
                file.citation_id, file.how, file.evidence = number, How.PERSON, ""
            file.save(update_fields=["attachment", "citation", "how", "evidence"])
        batch.applied_at = timezone.now()
        batch.save(update_fields=["applied_at"])
        audit.record(
            member, "screening.pdfs_applied", batch, attached=len(chosen), left_out=len(files_by_id) - len(chosen)
        )
    return len(chosen)


def reports_for(member: Member, chosen: Mapping[BatchFile, int]) -> dict[int, Report]:
    """The reports by their citation's number, locked. Raises BadInput that names a file whose number is no report, or taken twice."""
    lock_all(Citation.objects.filter(review=member.review_id, pk__in=set(chosen.values())))
    included = Standing.objects.filter(
        review=member.review_id, stage=Stage.TITLE_ABSTRACT, state=StandingState.INCLUDE, citation__in=chosen.values()
    )
    found = Report.objects.filter(citation__in=included.values("citation")).select_related("citation")
    reports = {each.citation_id: each for each in found}
    taken: dict[int, BatchFile] = {}
    for file, number in chosen.items():
        if number not in reports:
            raise BadInput(
                f"“{file}”: no report is sought of a citation No. {number}.",
                todo="Choose the number of a citation that is included at title and abstract, or leave the field empty.",
            )
        if number in taken:
            raise BadInput(
                f"“{taken[number]}” and “{file}” are both to be the report of citation No. {number}.",
                todo="A report has one PDF: leave one of the two fields empty.",
            )
        taken[number] = file
    return reports


def undo_batch(member: Member, batch: Batch) -> int:
    """Undo an applied batch: each report has again the PDF, or none, that it had before. What was changed since stays; say how many were undone."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        batch = locked_batch(member, batch)
        if batch.applied_at is None:
            raise Stale("This batch is not applied (any more): there is nothing to undo.")
        mine = list(
            batch.files.exclude(attachment=None).select_related(
                "attachment__report__citation", "attachment__replaces__document"
            )
        )
        lock_all(Citation.objects.filter(pk__in=[each.attachment.report.citation_id for each in mine]))
        undone = 0
        for file in sorted(mine, key=lambda each: each.attachment.report.citation_id):
            undone += undo_one(member, file.attachment.report, file.attachment)
            file.attachment = None
            file.save(update_fields=["attachment"])
        batch.applied_at = None
        batch.save(update_fields=["applied_at"])
        audit.record(member, "screening.pdfs_undone", batch, undone=undone, changed_since=len(mine) - undone)
    return undone


def undo_one(member: Member, report: Report, made: Attachment) -> bool:
    """Take one attachment back, if it still stands: the PDF that it replaced is the report's again, or none is."""
    present = present_of(report)
    if present is None or present.pk != made.pk:
        return False
    if made.replaces:
        put(member, report.citation, report, made.replaces.document)
    else:
        take_off(member, report.citation, report, present, "the batch was undone")
    return True


def locked_batch(member: Member, batch: Batch) -> Batch:
    found = Batch.objects.select_for_update().filter(pk=batch.pk, review=member.review_id).first()
    if found is None:
        raise NotHere
    return found
