"""How do citations leave the review, with the studies that they report? RIS, CSV, BibTeX and EndNote XML, of all or of a filtered list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_GET

from extraction import queries
from reviewapp.access import Can, for_member
from reviewapp.errors import NotHere
from reviewapp.models import Member
from screening.formats.write import write_bibtex, write_csv, write_endnote_xml, write_ris
from screening.forms import FindForm
from screening.models import Citation
from screening.queries import found
from screening.views.common import cleaned

CHUNK = 500


class Format(NamedTuple):
    """How a format is written, what its files end in and are served as, and what stands before its text."""

    write: Callable[..., Iterator[str]]
    ending: str
    served: str
    mark: str = ""


FORMATS = {
    "ris": Format(write_ris, "ris", "application/x-research-info-systems"),
    "csv": Format(write_csv, "csv", "text/csv", "\ufeff"),  # without the mark Excel breaks accents
    "bibtex": Format(write_bibtex, "bib", "application/x-bibtex"),
    "endnote": Format(write_endnote_xml, "xml", "application/xml"),
}


@require_GET
@for_member(Can.READ)
def export_citations(request: HttpRequest, member: Member, format: str) -> StreamingHttpResponse:
    if format not in FORMATS:
        raise NotHere
    chosen = FORMATS[format]
    which = found(member, **cleaned(FindForm(member, request.GET)))
    pieces = chosen.write(with_studies(member, which), lambda citation: citation.study_labels)
    response = StreamingHttpResponse(
        (chosen.mark * (number == 0) + piece for number, piece in enumerate(pieces)),
        content_type=f"{chosen.served}; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="{member.review.slug}-citations.{chosen.ending}"'
    return response


def with_studies(member: Member, citations: Any) -> Iterator[Citation]:
    """Each citation with `study_labels`, those of the studies that it reports; in two queries for each 500."""
    rows = citations.order_by("pk").iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        labels = queries.study_labels(member, [citation.pk for citation in chunk])
        for citation in chunk:
            citation.study_labels = labels.get(citation.pk, [])
            yield citation
