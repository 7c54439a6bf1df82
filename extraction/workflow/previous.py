"""Does the review update an earlier version, and what had that included? Stated with its source, stated anew, or taken back."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from extraction.models import KnownStudy, PreviousVersion, Study
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput
from reviewapp.models import Member
from reviewapp.workflow import lock_review


def state_previous_version(
    member: Member, *, studies: int, reports: int, source: str, known: Collection[int] = ()
) -> PreviousVersion:
    """Say what the version that is updated had included; `known` are the ids of this review's studies that it had already.

    What was stated before is withdrawn. The same again (double click) changes nothing.
    """
    require(member, Can.MANAGE)
    source, wanted = source.strip(), set(known)
    if not source:
        raise BadInput("Say where these numbers stand.", todo="Such as the previous version's citation, with its DOI.")
    if studies > reports:
        raise BadInput("There are fewer reports than studies.", todo="Each study has at least one report.")
    if len(wanted) > studies:
        raise BadInput("More studies are marked as known than the previous version had.", todo="Check the numbers.")
    with transaction.atomic():
        review = lock_review(member)
        found = list(Study.objects.filter(review=review, pk__in=wanted).order_by("pk"))
        if len(found) < len(wanted):
            raise BadInput("A marked study is not in this review (any more).", todo="Load the page again.")
        present = stated(member)
        if present and says(present) == (studies, reports, source, wanted):
            return present
        if present:
            withdraw(present)
        made = PreviousVersion.objects.create(
            review=review, studies=studies, reports=reports, source=source, member=member
        )
        KnownStudy.objects.bulk_create(KnownStudy(version=made, study=study) for study in found)
        told = {"studies": studies, "reports": reports, "source": source, "known": [str(study) for study in found]}
        audit.record(member, "extraction.previous_version_stated", review, **told)
    return made


def withdraw_previous_version(member: Member) -> None:
    """Say that this is a new review after all."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        review = lock_review(member)
        if present := stated(member):
            withdraw(present)
            told = {"studies": present.studies, "reports": present.reports, "source": present.source}
            audit.record(member, "extraction.previous_version_withdrawn", review, **told)


def says(version: PreviousVersion) -> tuple[int, int, str, set[int]]:
    return version.studies, version.reports, version.source, set(version.known.values_list("pk", flat=True))


def stated(member: Member) -> PreviousVersion | None:
    return PreviousVersion.objects.filter(review=member.review_id, withdrawn_at=None).first()


def withdraw(version: PreviousVersion) -> None:
    version.withdrawn_at = timezone.now()
    version.save(update_fields=["withdrawn_at"])
