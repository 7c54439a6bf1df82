"""Which agreements on data were reopened, and are not signed again yet? Agreements are open to the whole review."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from extraction.models import Entry, Line, Sheet, Study
from extraction.queries.studies import FORM, included_studies
from reviewapp.models import Review


def reopened_sheets(review: Review) -> list[Sheet]:
    """The agreed sheet that was reopened last of each included study without a signed one, by label."""
    return list({sheet.study_id: sheet for sheet in reopened().filter(study__in=included_studies(review))}.values())


def reopened_sheet(study: Study) -> Sheet | None:
    """The same of one study."""
    return reopened().filter(study=study, study__dropped_at=None).last()


def reopened() -> QuerySet[Sheet]:
    """Agreed sheets that were reopened and have none in their place, of each study the last one last. Not those that came with a file and were
    taken back with it."""
    signed = Sheet.unblinded.signed().filter(study=OuterRef("study"), tool=FORM)
    before = Sheet.unblinded.filter(agreed=True, tool=FORM, submitted_at__isnull=False, withdrawn_at__isnull=False)
    imported = Entry.unblinded.filter(sheet=OuterRef("pk"), taken_from=Line.IMPORTED)
    found = before.exclude(Exists(imported), study__taken_from="").filter(~Exists(signed)).select_related("study")
    return found.order_by("study__label", "study", "withdrawn_at", "pk")
