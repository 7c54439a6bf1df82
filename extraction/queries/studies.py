"""Which reports, studies, arms and outcomes does the review have?"""

from __future__ import annotations

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Prefetch, Q, QuerySet

from extraction.models import Arm, Outcome, PreviousVersion, Study, StudyReport, TimePoint
from reviewapp.errors import NotHere
from reviewapp.models import Member, Review, Stage
from screening.models import Citation, Standing, StandingState

FORM = "form"  # the tool of sheets
IN_USE_FIRST = F("dropped_at").asc(nulls_first=True)  # databases differ in where they put what has no date


def included(citation: str) -> Exists:
    """Whether the outer row's citation, found under this name, is included at full text."""
    return Exists(
        Standing.objects.filter(
            citation=OuterRef(citation), stage=Stage.FULL_TEXT, state=StandingState.INCLUDE, citation__live=True
        )
    )


def included_reports(review: Review) -> QuerySet[Citation]:
    """The reports that are included at full text."""
    included = Standing.objects.filter(review=review, stage=Stage.FULL_TEXT, state=StandingState.INCLUDE)
    return Citation.objects.filter(pk__in=included.values("citation"))  # few of many: not each citation asked in turn


def reports_without_study(member: Member) -> QuerySet[Citation]:
    """Included reports that tell of no study yet."""
    joined = StudyReport.objects.filter(citation=OuterRef("pk"), undone_at=None)
    alone = included_reports(member.review).exclude(Exists(joined)).select_related("report")
    return alone.order_by(F("year").asc(nulls_last=True), "pk")


def report(member: Member, pk: int) -> Citation:
    """One citation of the review, by id. Raises NotHere."""
    found = Citation.objects.filter(review=member.review_id, pk=pk).first()
    if found is None:
        raise NotHere
    return found


def study_labels(member: Member, citations: list[int]) -> dict[int, list[str]]:
    """For each of these citations that reports any: the labels of its studies."""
    joined = StudyReport.objects.filter(citation__in=citations, undone_at=None, study__review=member.review_id)
    found: dict[int, list[str]] = {}
    for citation, label in joined.filter(study__dropped_at=None).values_list("citation", "study__label"):
        found.setdefault(citation, []).append(label)
    return found


def selected_studies(review: Review) -> QuerySet[Study]:
    """The studies that were selected here: not dropped, with at least one report that is (still) included. The flow diagram counts these."""
    return Study.objects.filter(has_report(), review=review, dropped_at=None)


def included_studies(review: Review) -> QuerySet[Study]:
    """The studies of the review, of which data may be agreed and pooled: those selected here, and those taken over as included elsewhere."""
    return Study.objects.filter(counting(), review=review)


def counting() -> Q:
    """Whether the outer row's study is included."""
    return (has_report() | ~Q(taken_from="")) & Q(dropped_at=None)


def has_report() -> Exists:
    """Whether the outer row's study has an included report."""
    return Exists(StudyReport.objects.filter(included("citation"), study=OuterRef("pk"), undone_at=None))


def previous_version(member: Member) -> PreviousVersion | None:
    """What the version that this review updates had included; None for a new review."""
    return PreviousVersion.objects.filter(review=member.review_id, withdrawn_at=None).first()


def known_studies(member: Member) -> QuerySet[Study]:
    """The studies of this review that the previous version had already."""
    stated = PreviousVersion.objects.filter(review=member.review_id, withdrawn_at=None)
    return Study.objects.filter(pk__in=stated.values("known"))


# --- studies, arms, outcomes, time points -------------------------------------------------------------------------


def all_studies(member: Member) -> QuerySet[Study]:
    """The review's studies, dropped ones too, each with its reports.

    counts: still has an included report. How far its sheets and its assessments of risk of bias are: queries.appraised.
    """
    links = StudyReport.objects.filter(undone_at=None).select_related("citation__report__document")
    studies = Study.objects.filter(review=member.review_id)
    studies = studies.annotate(counts=ExpressionWrapper(counting(), BooleanField()))
    links = links.annotate(counts=included("citation"))
    return studies.prefetch_related(Prefetch("report_links", links, to_attr="links"))


def studies(member: Member) -> QuerySet[Study]:
    """The studies that are not dropped; see all_studies for what each row knows."""
    return all_studies(member).filter(dropped_at=None)


def other_studies(member: Member, but: Study) -> list[tuple[int, str]]:
    """Ids and labels of the other studies that are not dropped."""
    found = Study.objects.filter(review=member.review_id, dropped_at=None).exclude(pk=but.pk)
    return list(found.values_list("pk", "label"))


def dropped_studies(member: Member) -> QuerySet[Study]:
    """What could be restored."""
    return Study.objects.filter(review=member.review_id).exclude(dropped_at=None)


def study(member: Member, pk: int) -> Study:
    """One study, by id. Raises NotHere."""
    found = all_studies(member).filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found


def arms(member: Member, study: Study) -> QuerySet[Arm]:
    """The arms of a study, dropped ones last."""
    found = Arm.objects.filter(study=study, study__review=member.review_id).select_related("part_of")
    return found.order_by(IN_USE_FIRST, "position", "pk")


def whole_arms(study: Study) -> QuerySet[Arm]:
    """The arms of a study into which others can be combined."""
    return Arm.objects.filter(study=study, dropped_at=None, part_of=None)


def arm(member: Member, pk: int) -> Arm:
    """One arm, by id. Raises NotHere."""
    found = Arm.objects.select_related("study").filter(study__review=member.review_id, pk=pk).first()
    if found is None:
        raise NotHere
    return found


def outcomes(member: Member) -> QuerySet[Outcome]:
    """The outcomes of the review, dropped ones last."""
    return Outcome.objects.filter(review=member.review_id).select_related("at").order_by(IN_USE_FIRST, "position", "pk")


def outcome(member: Member, pk: int) -> Outcome:
    """One outcome, by id. Raises NotHere."""
    found = outcomes(member).filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found


def time_points(member: Member) -> QuerySet[TimePoint]:
    """The time points of the review, dropped ones last."""
    return TimePoint.objects.filter(review=member.review_id).order_by(IN_USE_FIRST, "position", "pk")


def standing_times(member: Member) -> QuerySet[TimePoint]:
    """Those at which outcomes can be measured."""
    return TimePoint.objects.filter(review=member.review_id, dropped_at=None)


def time_point(member: Member, pk: int) -> TimePoint:
    """One time point, by id. Raises NotHere."""
    found = time_points(member).filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found
