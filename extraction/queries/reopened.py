"""Which agreements on data were reopened, and are not signed again yet? Agreements are open to the whole review."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from extraction.models import Sheet, Study
from extraction.queries.studies import FORM, included_studies
from reviewapp.models import Review


def reopened_sheets(review: Review) -> list[Sheet]:
    """The agreed sheet that was reopened last of each included study without a signed one, by label."""
    return list({sheet.study_id: sheet for sheet in reopened().filter(study__in=included_studies(review))}.values())


def reopened_sheet(study: Study) -> Sheet | None:
    """The same of one study, included or not."""
    return reopened().filter(study=study).last()


def reopened() -> QuerySet[Sheet]:
    """Agreed sheets that were reopened and have none in their place, of each study the last one last."""
    signed = Sheet.unblinded.signed().filter(study=OuterRef("study"), tool=FORM)
    before = Sheet.unblinded.filter(agreed=True, tool=FORM, submitted_at__isnull=False, withdrawn_at__isnull=False)
    found = before.filter(~Exists(signed)).select_related("study")
    return found.order_by("study__label", "study", "withdrawn_at", "pk")
