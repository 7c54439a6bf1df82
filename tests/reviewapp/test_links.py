"""Does every link lead to a page? A reader follows all of them through the seed reviews, each kind of page a few times."""

from __future__ import annotations

import re
from collections import Counter, deque
from html import unescape
from urllib.parse import urldefrag, urljoin

import pytest
from django.test import Client
from django.urls import resolve, reverse

from reviewapp.models import Member
from reviewapp.seed import play

pytestmark = [pytest.mark.once, pytest.mark.django_db]

HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
EACH = 2  # pages of a kind, such as two citations, that a reader opens


@pytest.fixture(scope="module")
def reviews(django_db_setup: None, django_db_blocker) -> list[Member]:
    """The owners of both seed reviews, played once, with all jobs done in this process."""
    from tests.conftest import do_jobs
    from tests.world import undone

    with django_db_blocker.unblock(), undone(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("reviewapp.jobs.HEARTBEAT_EVERY", 3600)
        patch.setattr(play, "wait_for_jobs", lambda review, what: do_jobs())
        yield [play.main_review(lambda line: None), play.practice_review(lambda line: None)]


def followed(client: Client, start: str) -> tuple[Counter[str], list[str]]:
    """How often each kind of page was opened, and the links that led to none, with the page on which each stands."""
    seen, waiting = {start}, deque([(start, "")])
    kinds: Counter[str] = Counter()
    broken = []
    while waiting:
        url, where = waiting.popleft()
        kind = resolve(url.partition("?")[0]).view_name
        kinds[kind] += 1
        if kinds[kind] > EACH:
            continue
        answer = client.get(url, follow=True)
        if answer.status_code != 200:
            broken.append(f"{url} ({answer.status_code}), on {where}")
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        for href in HREF.findall(answer.content.decode()):
            found = urldefrag(urljoin(url, unescape(href))).url
            if found.startswith("/") and found not in seen:
                seen.add(found)
                waiting.append((found, url))
    return kinds, broken


@pytest.mark.parametrize("reader", ["first.author", "second.author", "observer"])
def test_every_link_that_is_shown_leads_to_a_page(reader: str, reviews: list[Member]) -> None:
    for owner in reviews:
        reading = Member.objects.get(review=owner.review, user__email=f"{reader}@example.org")
        client = Client()
        client.force_login(reading.user)
        kinds, broken = followed(client, reverse("review-home", args=[owner.review.slug]))
        assert broken == []
        assert kinds["screening:citation"]
        assert len(kinds) > 20
