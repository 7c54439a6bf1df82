"""Which RevMan files were sent, what would each of them make here, and what has it made?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import QuerySet

from analysis.models import Analysis, Takeover
from analysis.revman import Review
from analysis.revman import files as revman
from analysis.revman.records import BadRevman
from analysis.revman.taking import NewAnalysis, NewOutcome, NewStudy, Proposal, propose
from extraction.models import Outcome, Study
from reviewapp import files
from reviewapp.errors import BadFile, NotHere
from reviewapp.models import Member


def takeovers(member: Member) -> QuerySet[Takeover]:
    """The review's files, the newest first."""
    return Takeover.objects.filter(review=member.review_id).select_related("member__user", "job")


def takeover(member: Member, pk: int) -> Takeover:
    """One file, by id. Raises NotHere."""
    found = takeovers(member).filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found


def proposal(member: Member, of: Takeover) -> Proposal:
    """What the file would make beside what is here; what it has made itself does not count as here."""
    content = files.path_of(of.sha256).read_bytes()
    made = {kind: set(ids.values()) for kind, ids in of.made.items()}
    studies = Study.objects.filter(review=member.review_id, dropped_at=None).exclude(pk__in=made.get("studies", ()))
    outcomes = Outcome.objects.filter(review=member.review_id, dropped_at=None).exclude(pk__in=made.get("outcomes", ()))
    return propose(
        read(of.file_name, content),
        studies.values_list("label", flat=True),
        [str(each) for each in outcomes],
    )


def read(name: str, content: bytes) -> Review:
    """What is in a file. Raises BadFile."""
    try:
        return revman.read(content)
    except BadRevman as error:
        raise BadFile(f"“{name}” could not be taken. {error}") from None


def place_of(each: NewOutcome | NewStudy | NewAnalysis) -> tuple[str, str]:
    """Under which kind and key what was made of it is written down."""
    if isinstance(each, NewOutcome):
        return "outcomes", each.key
    if isinstance(each, NewStudy):
        return "studies", each.name
    return "analyses", each.outcome


def kept(each: NewAnalysis) -> dict[str, Any]:
    """What the file calls an analysis, and where it stands in it."""
    names = ("comparison", "comparison_name", "number", "group_1", "group_2", "order")
    return {name: value for name, value in asdict(each).items() if name in names}


def origins(member: Member) -> tuple[dict[int, dict[str, Any]], dict[str, dict[str, str]]]:
    """Of what was taken over and stands: what its file calls each analysis, by id, and each study, by name."""
    analyses: dict[int, dict[str, Any]] = {}
    studies: dict[str, dict[str, str]] = {}
    for each in takeovers(member).filter(state=Takeover.State.TAKEN).order_by("pk"):
        analyses |= {int(pk): said for pk, said in each.kept.get("analyses", {}).items()}
        studies |= each.kept.get("studies", {})
    return analyses, studies


@dataclass(frozen=True, slots=True)
class Standing:
    """What a file has made, as it stands now."""

    studies: list[Study]
    outcomes: list[Outcome]
    analyses: list[Analysis]


def standing(member: Member, of: Takeover) -> Standing:
    """Studies, outcomes and analyses that the file made, those dropped since left out."""
    ids = {kind: list(made.values()) for kind, made in of.made.items()}
    here = {"review": member.review_id, "dropped_at": None}
    return Standing(
        list(Study.objects.filter(pk__in=ids.get("studies", ()), **here)),
        list(Outcome.objects.filter(pk__in=ids.get("outcomes", ()), **here)),
        list(Analysis.objects.filter(pk__in=ids.get("analyses", ()), **here).select_related("outcome")),
    )
