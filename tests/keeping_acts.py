"""What can members do with what is kept: PDFs one by one and many at once, tries to get them, searches, files, samples of links?

Acts as those of tests/acts.py and tests/desk_acts.py.
"""

from __future__ import annotations

import random
from datetime import date

from reviewapp.access import Can
from reviewapp.models import ExclusionReason
from screening import workflow as screening
from screening.models import Attachment, Attempt, Audit, Batch, Import, Remark
from screening.workflow.searches import UNMAPPED
from tests.acts import SOURCES, nth, pick
from tests.desk_acts import DeskActs
from tests.pdfs import pdf

KEEPING = {  # how often each is tried, beside those of tests/acts.py
    **{
        "withdraw_remark": 1,
        "attempt": 2,
        "attach": 2,
        "attach_again": 1,
        "send_pdfs": 1,
        "apply_pdfs": 2,
        "undo_pdfs": 1,
    },
    **{"add_reason": 1, "order_reasons": 1, "add_search": 1, "add_record": 1, "paste": 1, "import_again": 1},
    **{"read_again": 1, "send_table": 1, "map_columns": 1, "drop_or_restore_audit": 1},
}


class KeepingActs(DeskActs):
    # --- discussion and reasons --------------------------------------------------------------------------------------

    def withdraw_remark(self, who: int, what: int, more: int) -> None:
        remark = nth(Remark.unblinded.filter(citation__review=self.review_pk), what)
        if remark:
            self.tried(screening.withdraw_remark, self.by(remark.member_id, who), remark)

    def add_reason(self, who: int, what: int, more: int) -> None:
        self.tried(screening.add_reason, self.able(who, Can.MANAGE), f"Reason {more % 20}", pick(("", "Design"), what))

    def order_reasons(self, who: int, what: int, more: int) -> None:
        listed = ExclusionReason.objects.filter(review=self.review_pk, retired_at=None)
        order = list(listed.order_by("pk").values_list("pk", flat=True))
        random.Random(more).shuffle(order)
        self.tried(screening.order_reasons, self.able(who, Can.MANAGE), order[: -1 if what % 9 == 0 else None])

    # --- tries to get a report, and its PDF --------------------------------------------------------------------------

    def attempt(self, who: int, what: int, more: int) -> None:
        member = self.able(who, Can.IMPORT)
        if more % 3 == 0:
            way, day = pick(Attempt.Way.values, more), date(2024, 1, 1 + more % 28)
            self.tried(screening.log_attempt, member, self.sought(what), way=way, tried_on=day)
        else:
            verb = (screening.withdraw_attempt, screening.restore_attempt)[more % 3 - 1]
            self.tried(verb, member, nth(Attempt.objects.filter(report__citation__review=self.review_pk), what))

    def attach(self, who: int, what: int, more: int) -> None:
        """Mostly a PDF; now and then what is none."""
        data = pdf(f"Report {more % 3}") if more % 5 else b"<html>Sign in</html>"
        self.tried(screening.attach, self.able(who, Can.IMPORT), self.sought(what), "report.pdf", [data])

    def attach_again(self, who: int, what: int, more: int) -> None:
        former = nth(Attachment.objects.filter(report__citation__review=self.review_pk).exclude(ended_at=None), what)
        if former:
            self.tried(screening.attach_again, self.able(who, Can.IMPORT), former.report.citation, former)

    def send_pdfs(self, who: int, what: int, more: int) -> None:
        """Some that name a citation, by its title or by its DOI, and one that nobody knows."""
        named = [self.sought(place) for place in (what, more)]
        sent = [(f"{n}.pdf", [pdf(f"{each.title}\n{each.doi}")]) for n, each in enumerate(named) if each]
        if self.tried(
            screening.start_batch, self.able(who, Can.IMPORT), [*sent, ("other.pdf", [pdf(f"Other {more}")])]
        ):
            self.work()

    def a_batch(self, place: int) -> Batch | None:
        return nth(Batch.objects.filter(review=self.review_pk), place)

    def apply_pdfs(self, who: int, what: int, more: int) -> None:
        """As they were matched, and what was not matched to a report or to none."""
        if batch := self.a_batch(what):
            other = self.sought(more)
            choices = {each.pk: each.citation_id or (other.pk if more % 3 == 0 else None) for each in batch.files.all()}
            self.tried(screening.apply_batch, self.able(who, Can.IMPORT), batch, choices)

    def undo_pdfs(self, who: int, what: int, more: int) -> None:
        self.tried(screening.undo_batch, self.able(who, Can.IMPORT), self.a_batch(what))

    # --- searches and files ------------------------------------------------------------------------------------------

    def add_search(self, who: int, what: int, more: int) -> None:
        kind, source = pick(SOURCES, more)
        self.tried(screening.add_search, self.able(who, Can.IMPORT), kind=kind, source=f"{source} {what % 3}")

    def add_record(self, who: int, what: int, more: int) -> None:
        fields = {"title": f"A record by hand {more % 5}", "authors": ("Hand, H.",), "year": 2000 + more % 5}
        if self.room():
            self.tried(screening.add_record, self.able(who, Can.IMPORT), self.a_search(what), fields)

    def paste(self, who: int, what: int, more: int) -> None:
        """Numbers, some of publications that are here, or nothing that can be read."""
        text = f"10.1000/trial{more % 9}\n10.1000/other{more % 4}" if more % 5 else "what is this"
        if self.room() and self.tried(screening.paste, self.able(who, Can.IMPORT), self.a_search(what), text):
            self.work()

    def an_import(self, place: int) -> Import | None:
        return nth(Import.objects.filter(search__review=self.review_pk), place)

    def import_again(self, who: int, what: int, more: int) -> None:
        if self.room() and self.tried(
            screening.import_again, self.able(who, Can.IMPORT), self.a_search(more), self.an_import(what)
        ):
            self.work()

    def read_again(self, who: int, what: int, more: int) -> None:
        encoding = pick(("cp1252", "utf-8", "latin-1"), more)
        if self.tried(screening.read_again, self.able(who, Can.IMPORT), self.an_import(what), encoding):
            self.work()

    def send_table(self, who: int, what: int, more: int) -> None:
        """A table of which somebody must say what its columns hold."""
        if not self.room():
            return
        rows = "\n".join(f"x{n},Un essai {n},{2000 + n}" for n in range(more % 3, 3 + more % 3))
        data = f"Nr,Was,Wann\n{rows}\n".encode()
        member, search = self.able(who, Can.IMPORT), self.a_search(what)
        self.tried(screening.start_import, member, search, "own.csv", [data], again=bool(more % 2))

    def map_columns(self, who: int, what: int, more: int) -> None:
        waiting = Import.objects.filter(search__review=self.review_pk, format=UNMAPPED)
        taken = nth(waiting, what) or self.an_import(what)
        mapping = {"Was": "title", "Wann": "year"} if more % 5 else {"Wann": "year"}
        if self.tried(screening.map_columns, self.able(who, Can.IMPORT), taken, mapping):
            self.work()

    # --- samples of links --------------------------------------------------------------------------------------------

    def drop_or_restore_audit(self, who: int, what: int, more: int) -> None:
        audit = nth(Audit.objects.filter(review=self.review_pk), what)
        self.tried((screening.drop_audit, screening.restore_audit)[more % 2], self.able(who, Can.IMPORT), audit)
