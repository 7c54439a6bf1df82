"""Many rows at once are stored as one by one, on either database."""

import pytest
from django.utils import timezone

from reviewapp import bulk
from reviewapp.models import Job
from tests import build

ODD = [
    "plain",
    "tab\tline\nreturn\r\\N \\. \\\\",
    "“quoted”, 'quoted', \"quoted\", ;",
    "Ünïcödé 🧪 \u2028\x85",
    "",
    "{}",
]


@pytest.mark.django_db
def test_rows_come_back_as_they_were_given():
    owner = build.review()
    now = timezone.now()
    rows = [
        Job(
            review=owner.review,
            member=owner,
            kind="odd",
            error=text,
            args={"said": [text, None, 1.5, True]},
            heartbeat=now,
        )
        for text in ODD
    ]
    bulk.insert(Job.objects, rows)
    assert len({row.pk for row in rows}) == len(ODD)
    assert [row.pk for row in rows] == sorted(row.pk for row in rows)
    for row, text in zip(rows, ODD, strict=True):
        kept = Job.objects.get(pk=row.pk)
        assert (kept.error, kept.args, kept.heartbeat) == (text, {"said": [text, None, 1.5, True]}, now)
        assert (kept.finished_at, kept.attempt, kept.member, kept.review) == (None, 0, owner, owner.review)


@pytest.mark.django_db
def test_rows_stored_later_get_other_numbers():
    owner = build.review()
    first, second = (Job(review=owner.review, member=owner, kind=kind) for kind in ("first", "second"))
    bulk.insert(Job.objects, [first])
    between = Job.objects.create(review=owner.review, member=owner, kind="between")
    bulk.insert(Job.objects, [second])
    assert first.pk < between.pk < second.pk
    second.done = 5
    second.save()
    assert Job.objects.get(pk=second.pk).done == 5


@pytest.mark.django_db
def test_no_rows_are_no_question():
    bulk.insert(Job.objects, [])
