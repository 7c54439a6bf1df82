"""How does a newcomer get a review to look at? Play the seed review, and print its results beside the published ones.

It needs a running worker; `manage.py serve --seed` calls it once everything is ready. A review that is there is left as it is.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviewapp.errors import DomainError
from reviewapp.seed import accounts, play, results
from reviewapp.seed.data import load


class Command(BaseCommand):
    help = "Make the seed review (Barlow 2015, CD010534) where it is not there yet, and print its results."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            owner = play.main_review(self.say)
            play.practice_review(self.say)
        except DomainError as error:
            raise CommandError(f"{error.message} {error.todo}".strip()) from error
        self.say("")
        self.say(results.table(owner))
        self.say("")
        self.say("Sign in as (role accounts, not people):")
        for account in load("protocol.json")["accounts"]:
            self.say(f"    {account['email']:<28} {account['role']}{', review author' if account['is_author'] else ''}")
        self.say(f"    password for all of them: {accounts.password()}")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
