"""While a pair is closed because the form has changed, everybody reads what was agreed before, and nothing of what is answered anew."""

from __future__ import annotations

import re

import pytest

from extraction import queries, workflow
from extraction.models import Line, Sheet, Study
from extraction.schema import Choice, TakenFrom
from reviewapp.errors import WrongState
from reviewapp.models import Member, Role
from tests import build
from tests.extraction.test_agreeing import DESIGN, NUMBER, THIRD, add_country, differing
from tests.extraction.test_views import page, post

pytestmark = pytest.mark.django_db
__all__ = ["differing"]
PASSING = re.compile(r'(?<=csrfmiddlewaretoken" value=")[^"]*|(?<=X-CSRFToken": ")[^"]*')


@pytest.fixture
def agreed(first: Member, differing: Study) -> Study:
    workflow.agree_sheet(first, differing, {DESIGN: Choice(TakenFrom.FIRST), NUMBER: THIRD})
    return differing


def answered_anew(first: Member, study: Study, country: str) -> None:
    mine = workflow.renew_sheet(first, queries.own_sheet(first, study))
    workflow.submit_sheet(first, workflow.save_entries(first, mine, {"study/country": country}))


def test_what_was_agreed_before_is_shown_while_the_two_answer_a_new_version(
    first: Member, second: Member, observer: Member, agreed: Study
) -> None:
    add_country(first)
    answered_anew(first, agreed, "England")
    for reader in (first, second, observer):
        text = page(reader, "sheet-agreement", agreed.pk)
        assert "What was agreed before" in text
        assert "on version 0 of the form" in text
        assert "193 people" in text
        assert "England" not in text
        assert "Country" not in text, "it was not asked then"


def test_what_is_shown_of_before_is_the_same_whatever_is_answered_anew(
    first: Member, second: Member, agreed: Study
) -> None:
    add_country(first)
    seen = []
    mine = workflow.renew_sheet(first, queries.own_sheet(first, agreed))
    for country in ("England", "Wales"):
        workflow.save_entries(first, mine, {"study/country": country})
        seen.append(PASSING.sub("", page(second, "sheet-agreement", agreed.pk)))
    workflow.submit_sheet(first, queries.own_sheet(first, agreed))
    seen.append(PASSING.sub("", page(second, "sheet-agreement", agreed.pk)))
    assert len(set(seen)) == 1
    assert "193 people" in seen[0]


def test_nothing_is_chosen_signed_reopened_or_undone_while_the_pair_is_closed(
    first: Member, second: Member, agreed: Study
) -> None:
    workflow.reopen_sheet_agreement(first, agreed)
    assert "It was reopened on" not in page(second, "sheet-agreement", agreed.pk)
    add_country(first)
    answered_anew(first, agreed, "England")
    assert "It was reopened on" in page(second, "sheet-agreement", agreed.pk)
    taken = {"study/country": Choice(TakenFrom.FIRST)}
    for act in (
        lambda: workflow.choose_on_sheet(second, agreed, taken),
        lambda: workflow.agree_sheet(second, agreed, taken),
        lambda: workflow.unchoose_on_sheet(second, agreed, [DESIGN]),
        lambda: workflow.reopen_sheet_agreement(second, agreed),
    ):
        with pytest.raises(WrongState, match="or not for the same version of the form"):
            act()
    post(second, "sheet-agreement", agreed.pk, status=409, data={"save": "equal"})


def test_a_refusal_does_not_tell_whether_the_other_has_answered_the_new_version(
    owner: Member, first: Member, second: Member, agreed: Study
) -> None:
    third = build.member(owner, Role.REVIEWER, "Theo Third")
    workflow.reopen_sheet_agreement(first, agreed)
    add_country(first)
    mine = workflow.renew_sheet(first, queries.own_sheet(first, agreed))

    def told() -> list[str]:
        found = []
        for member in (second, third):
            with pytest.raises(WrongState) as error:
                workflow.choose_on_sheet(member, agreed, {"study/country": Choice(TakenFrom.FIRST)})
            found.append(f"{error.value.message} {error.value.todo}")
        return found

    before = told()
    workflow.submit_sheet(first, workflow.save_entries(first, mine, {"study/country": "England"}))
    assert told() == before


def test_what_came_with_a_file_and_was_taken_back_with_it_was_not_reopened(first: Member, agreed: Study) -> None:
    sheet = Sheet.unblinded.signed().get(study=agreed)
    sheet.lines.update(taken_from=Line.IMPORTED)
    Study.objects.filter(pk=agreed.pk).update(taken_from="review.rm5")
    sheet.withdrawn_at = sheet.submitted_at
    sheet.save()
    assert queries.reopened_sheet(agreed) == sheet, "two authors reopen what was agreed elsewhere"
    Study.objects.filter(pk=agreed.pk).update(taken_from="")
    assert queries.reopened_sheet(agreed) is None
    assert queries.agreed_last(first, Study.objects.get(pk=agreed.pk)) is None
