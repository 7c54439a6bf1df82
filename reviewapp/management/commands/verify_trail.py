"""Has anybody touched the audit trail? Recomputes each review's hash chain and names every place that does not hold."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviewapp import audit
from reviewapp.models import ChainLink, Review


class Command(BaseCommand):
    help = "Check that the audit trail of each review is whole; exit code 1 if one is not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", nargs="?", help="the review, as in its address (default: all)")

    def handle(self, *args: Any, slug: str | None, **options: Any) -> None:
        reviews = Review.objects.order_by("pk")
        if slug:
            reviews = reviews.filter(slug=slug)
            if not reviews:
                raise CommandError(f"There is no review “{slug}”.")
        broken = [review for review in reviews if not self.is_whole(review)]
        if broken:
            be = "is" if len(broken) == 1 else "are"
            raise CommandError(f"{len(broken)} of {len(reviews)} trails {be} not whole.", returncode=1)

    def is_whole(self, review: Review) -> bool:
        """Check one review's trail, and print what was found."""
        while audit.seal(review):
            continue
        breaches = list(audit.verify(review))
        if breaches:
            self.stdout.write(f"{review.slug}: NOT WHOLE")
        else:
            count = ChainLink.objects.filter(review=review).count()
            self.stdout.write(f"{review.slug}: whole, {count} events")
        for breach in breaches:
            event = f", event {breach.event_id}" if breach.event_id else ""
            self.stdout.write(f"  position {breach.position}{event}: {breach.problem}")
        return not breaches
