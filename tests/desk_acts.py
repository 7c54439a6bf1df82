"""What can members do around the desk beside voting? Labels, pilots, shares, corrections, returns, removals; acts as those of tests/acts.py."""

from __future__ import annotations

import random
import uuid

from reviewapp import workflow
from reviewapp.access import Can
from screening import queries
from screening import workflow as screening
from screening.models import (
    Citation,
    Correction,
    Desk,
    Label,
    Labelling,
    Later,
    Partners,
    Pilot,
    Removal,
    Removed,
    Return,
    Share,
)
from screening.queries.sharing import Which
from tests.acts import ANSWERS, FT, TA, Acts, nth, pick

DESK = {  # how often each is tried, beside those of tests/acts.py
    **{"label": 6, "put_label": 3, "take_label": 1, "put_off": 1, "take_up": 1, "arrange": 1, "set_terms": 1},
    **{"start_pilot": 3, "vote_in_pilot": 4, "stop_pilot": 1, "gate": 1, "override_gate": 1},
    **{"share_out": 2, "end_share": 1, "end_partners": 1, "apply_votes_needed": 1},
    **{"correct": 2, "withdraw_correction": 1, "send_twice": 1, "vote_on_a_list": 2},
    **{"return_to_screening": 2, "undo_return": 2, "remove": 2, "put_back": 2},
}


class DeskActs(Acts):
    """aside: the votes that returns set aside, by the return."""

    aside: dict[int, dict[tuple[int, int, str], tuple[str, int | None]]]

    # --- labels, order, what is put off --------------------------------------------------------------------------

    def a_label(self, place: int) -> Label | None:
        return nth(Label.objects.filter(review=self.review_pk), place)

    def label(self, who: int, what: int, more: int) -> None:
        """One act on the list of labels: a new one, another name, merged, split, taken off, brought back."""
        label, act = self.a_label(what), more % 6
        if act == 0 or label is None:
            self.tried(screening.create_label, self.able(who, Can.IMPORT), f"Label {more % 9}")
        elif act == 1:
            member = self.able(who, Can.MANAGE)
            self.tried(screening.change_label, member, label, f"Label {what % 9}", pick(Label.Colour.values, more))
        elif act == 2:
            self.tried(screening.merge_label, self.able(who, Can.MANAGE), label, self.a_label(more))
        else:
            verb = (screening.split_label, screening.drop_label, screening.restore_label)[act - 3]
            self.tried(verb, self.able(who, Can.MANAGE), label)

    def put_label(self, who: int, what: int, more: int) -> None:
        member, label = self.able(who, Can.SCREEN), self.a_label(more)
        self.tried(screening.put_label, member, self.citation(what), self.reached(more), label)

    def take_label(self, who: int, what: int, more: int) -> None:
        put = nth(Labelling.unblinded.filter(citation__review=self.review_pk, withdrawn_at=None), what)
        if put:
            self.tried(screening.take_label, self.by(put.member_id, who), put.citation, put.stage, put.label)

    def put_off(self, who: int, what: int, more: int) -> None:
        self.tried(screening.put_off, self.able(who, Can.SCREEN), self.citation(what), self.reached(more))

    def take_up(self, who: int, what: int, more: int) -> None:
        later = nth(Later.objects.filter(citation__review=self.review_pk, ended_at=None), what)
        if later:
            self.tried(screening.take_up, self.by(later.member_id, who), later.citation, later.stage)

    def arrange(self, who: int, what: int, more: int) -> None:
        self.tried(screening.arrange, self.able(who, Can.SCREEN), pick(Desk.Order.values, more))

    def set_terms(self, who: int, what: int, more: int) -> None:
        self.tried(screening.set_terms, self.able(who, Can.MANAGE), ["trial"], [f"word{more % 5}"])

    # --- pilots and their gate ----------------------------------------------------------------------------------

    def start_pilot(self, who: int, what: int, more: int) -> None:
        team = [each for each in self.present if more >> each.pk % 6 & 1 or each.is_author]
        self.tried(screening.start_pilot, self.able(who, Can.MANAGE), self.reached(what), team, 1 + more % 2, str(more))

    def vote_in_pilot(self, who: int, what: int, more: int) -> None:
        """Some or all of those who take part vote on one of the sample."""
        pilot = nth(Pilot.objects.filter(review=self.review_pk, dropped_at=None), what)
        standing = nth(pilot.standings.all(), more) if pilot else None
        if standing is None:
            return
        chance = random.Random(more)
        for member in pilot.members.order_by("pk"):
            answer = chance.choice(ANSWERS)
            if standing.stage == FT and answer == "maybe":
                answer = "exclude"
            reason = self.reason(chance.randrange(1000), standing.stage, answer)
            if chance.random() < 0.8:
                self.votes(self.member_now(member.pk), standing.citation, standing.stage, answer, reason)

    def stop_pilot(self, who: int, what: int, more: int) -> None:
        pilot = nth(Pilot.objects.filter(review=self.review_pk, dropped_at=None), what)
        self.tried(screening.stop_pilot, self.able(who, Can.MANAGE), pilot)

    def gate(self, who: int, what: int, more: int) -> None:
        level = pick((None, None, 0.4, 0.9), more)
        self.tried(workflow.amend_protocol, self.able(who, Can.MANAGE), gate_level=level)

    def override_gate(self, who: int, what: int, more: int) -> None:
        member = self.able(who, Can.MANAGE)
        if more % 2:
            self.tried(screening.override_gate, member, TA, "The two discussed all of it at length.")
        else:
            self.tried(screening.withdraw_override, member)

    # --- sharing ------------------------------------------------------------------------------------------------

    def share_out(self, who: int, what: int, more: int) -> None:
        team = [each for each in self.present if more >> each.pk % 6 & 1]
        label = self.a_label(who)
        kinds = ({}, {"search": self.a_search(what).pk}, {"year_from": 2001}, {"label": label.pk} if label else {})
        which = Which(number=1 + what % 6, **pick(kinds, more))
        self.tried(screening.share_out, self.able(who, Can.MANAGE), self.reached(more), team, which, "some")

    def end_share(self, who: int, what: int, more: int) -> None:
        share = nth(Share.objects.filter(review=self.review_pk, ended_at=None), what)
        self.tried(screening.end_share, self.able(who, Can.MANAGE), share)

    def end_partners(self, who: int, what: int, more: int) -> None:
        pair = nth(Partners.objects.filter(review=self.review_pk, ended_at=None), what)
        self.tried(screening.end_partners, self.able(who, Can.MANAGE), pair)

    def apply_votes_needed(self, who: int, what: int, more: int) -> None:
        if self.tried(screening.apply_votes_needed, self.able(who, Can.MANAGE), self.reached(what)):
            self.work()

    # --- voting in other ways ------------------------------------------------------------------------------------

    def send_twice(self, who: int, what: int, more: int) -> None:
        """A browser sends the same vote again, because it heard no answer."""
        member, citation, answer = self.able(who, Can.SCREEN), self.citation(what), pick(ANSWERS, more)
        key = uuid.UUID(int=self.written << 20 | more)
        self.written += 1
        for _ in range(2):
            if self.tried(screening.vote, member, citation, TA, answer, key=key):
                self.own[member.pk, citation.pk, str(TA)] = (answer, None)

    def vote_on_a_list(self, who: int, what: int, more: int) -> None:
        """Row after row of what waits for a member."""
        member = self.able(who, Can.SCREEN)
        for place, citation in enumerate(queries.ahead(member, TA, count=3)):
            self.votes(member, citation, TA, pick(ANSWERS, more + place), None)

    # --- corrections, returns, removals --------------------------------------------------------------------------

    def correct(self, who: int, what: int, more: int) -> None:
        citation = self.citation(what)
        changes = {"title": f"Another title {more}"} if more % 2 else {"year": 1990 + more % 9}
        seen = {name: getattr(citation, name) for name in changes}
        self.tried(screening.correct_citation, self.able(who, Can.IMPORT), citation, changes, seen)

    def withdraw_correction(self, who: int, what: int, more: int) -> None:
        made = nth(Correction.objects.filter(citation__review=self.review_pk, undone_at=None), what)
        self.tried(screening.withdraw_correction, self.able(who, Can.IMPORT), made)

    def return_to_screening(self, who: int, what: int, more: int) -> None:
        """Its votes at title and abstract no longer count: the one act that changes the votes of others."""
        citation = self.citation(what)
        if self.tried(screening.return_to_screening, self.able(who, Can.ARBITRATE), citation, "Looked at again"):
            made = Return.objects.filter(citation=citation).last()
            gone = [key for key in self.own if key[1:] == (citation.pk, str(TA))]
            self.aside[made.pk] = {key: self.own.pop(key) for key in gone}

    def undo_return(self, who: int, what: int, more: int) -> None:
        made = nth(Return.objects.filter(citation__review=self.review_pk, undone_at=None), what)
        if self.tried(screening.undo_return, self.able(who, Can.ARBITRATE), made):
            self.own = self.aside.pop(made.pk) | self.own

    def remove(self, who: int, what: int, more: int) -> None:
        some = Citation.objects.filter(pk__in=[self.citation(place).pk for place in (what, more)[: 1 + more % 2]])
        kind = pick(Removal.Kind.values, more)
        self.tried(screening.remove_before_screening, self.able(who, Can.IMPORT), some, kind, "A classifier")

    def put_back(self, who: int, what: int, more: int) -> None:
        """All of an act, or one citation of it."""
        gone = nth(Removed.objects.filter(removal__review=self.review_pk, undone_at=None), what)
        if gone:
            some = gone.citation if more % 2 else None
            self.tried(screening.put_back, self.able(who, Can.IMPORT), gone.removal, some)
