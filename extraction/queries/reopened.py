"""Which agreements, on data and on risk of bias, were reopened, and are not signed again yet? Agreements are open to the whole review."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from extraction.models import Assessment, Blinded, Entry, Judgement, Line, Sheet, Study
from extraction.queries.studies import FORM, included_studies
from reviewapp.models import Review


def reopened_sheets(review: Review) -> list[Sheet]:
    """The agreed sheet that was reopened last of each included study without a signed one, by label."""
    return last_of_each(reopened(Sheet).filter(study__in=included_studies(review), tool=FORM))


def reopened_assessments(review: Review, key: str = "") -> list[Assessment]:
    """The same of assessments, of each study and what was judged of it; or of those stored under one key."""
    found = reopened(Assessment).filter(study__in=included_studies(review))
    return last_of_each(found.filter(tool=key) if key else found)


def reopened_on(study: Study) -> list[Assessment]:
    """The same of one study, whether or not it counts."""
    return last_of_each(reopened(Assessment).filter(study=study, study__dropped_at=None))


def reopened_sheet(study: Study) -> Blinded | None:
    """The agreed sheet on one study that was reopened last, where none is signed in its place."""
    return reopened_last(study, Sheet, FORM)


def reopened_last(study: Study, model: type[Blinded], tool: str) -> Blinded | None:
    """The same of any agreement on it."""
    return reopened(model).filter(study=study, study__dropped_at=None, tool=tool).last()


def last_of_each(found: QuerySet) -> list:
    return list({(each.study_id, each.tool): each for each in found}.values())


def reopened(model: type[Blinded]) -> QuerySet:
    """Agreements that were reopened and have none in their place, of each study and tool the last one last. Not those that came with a file
    and were taken back with it."""
    lines, owner = (Entry, "sheet") if model is Sheet else (Judgement, "assessment")
    imported = lines.unblinded.filter(**{owner: OuterRef("pk")}, taken_from=Line.IMPORTED)
    signed = model.unblinded.signed().filter(study=OuterRef("study"), tool=OuterRef("tool"))
    before = model.unblinded.filter(agreed=True, submitted_at__isnull=False, withdrawn_at__isnull=False)
    found = before.exclude(Exists(imported), study__taken_from="").filter(~Exists(signed)).select_related("study")
    return found.order_by("study__label", "study", "withdrawn_at", "pk")
