"""How are the things of screening called where the trail tells of them? By id; none of these names is sealed."""

from __future__ import annotations

from reviewapp.models import Member
from screening.models import Citation, Import, Label, Link, Record, Search

TITLE = 70  # characters of a title that are enough to know it by


def citations(member: Member, ids: set[int]) -> dict[int, str]:
    found = Citation.objects.filter(review=member.review_id, pk__in=ids).values_list("pk", "title")
    return {pk: f"“{shortened(title)}”" if title else f"citation {pk}, without a title" for pk, title in found}


def shortened(title: str) -> str:
    """A title's first words. What was cut off shows."""
    return title if len(title) <= TITLE else f"{title[:TITLE].rsplit(' ', 1)[0].rstrip(' ,;:.')} …"


def records(member: Member, ids: set[int]) -> dict[int, str]:
    found = Record.objects.filter(review=member.review_id, pk__in=ids).only("title")
    return {each.pk: record_name(each) for each in found}


def record_name(record: Record) -> str:
    return f"“{shortened(record.title)}”" if record.title else f"record {record.pk}, without a title"


def links(member: Member, ids: set[int]) -> dict[int, str]:
    """A link is called after the record that it links."""
    found = Link.objects.filter(citation__review=member.review_id, pk__in=ids).select_related("record")
    return {each.pk: record_name(each.record) for each in found}


def searches(member: Member, ids: set[int]) -> dict[int, str]:
    return {each.pk: str(each) for each in Search.objects.filter(review=member.review_id, pk__in=ids)}


def imports(member: Member, ids: set[int]) -> dict[int, str]:
    found = Import.objects.filter(search__review=member.review_id, pk__in=ids)
    return dict(found.values_list("pk", "file_name"))


def labels(member: Member, ids: set[int]) -> dict[int, str]:
    return dict(Label.objects.filter(review=member.review_id, pk__in=ids).values_list("pk", "name"))
