"""In which PDFs can the answers about a study be shown, and which of them may an answer name?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from extraction.models import Study
from extraction.schema import Answer
from screening.models import Attachment, Citation, Document


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF of one of a study's reports. name: author and year of the report; of one that was replaced since, or
    went with its report to another study, the name of its file."""

    document: Document
    name: str

    @property
    def pk(self) -> int:
        return self.document.pk


def papers(study: Study, *sheets: Mapping[str, Answer]) -> list[Paper]:
    """The PDFs of a study's reports, as all_studies has brought them; then others that the answers of these sheets name."""
    attached: dict[int, Citation] = {}  # one file of which two reports are made stands here once
    for each in (link.citation for link in study.links):
        if getattr(each, "report", None) and each.report.document_id:
            attached.setdefault(each.report.document_id, each)
    names = [f"{each.first_author} {each.year or ''}".strip() or str(each) for each in attached.values()]
    found = []
    for each, name in zip(attached.values(), names, strict=True):
        document = each.report.document
        found.append(Paper(document, f"{name} ({document})" if names.count(name) > 1 else name))
    named = {answer.source.document for sheet in sheets for answer in sheet.values() if answer.source}
    former = named - {each.pk for each in found} - {None}
    if former:
        documents = Document.objects.filter(review=study.review_id, pk__in=former).order_by("pk")
        away = foreign_documents(study, former)
        why = {
            each.pk: "whose report is not of this study now" if each.pk in away else "which was replaced"
            for each in documents
        }
        found += [Paper(each, f"{each}, {why[each.pk]}") for each in documents]
    return found


def foreign_documents(study: Study, named: Iterable[int]) -> set[int]:
    """Those of these documents that are not, and never were, a PDF of one of the study's reports."""
    wanted = set(named)
    if not wanted:
        return set()
    ours = Attachment.objects.filter(
        document__in=wanted, report__citation__study_links__study=study, report__citation__study_links__undone_at=None
    )
    return wanted - set(ours.values_list("document", flat=True))
