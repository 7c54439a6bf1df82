"""Does the trail tell what was answered by the labels of the questions, and what was judged in words?"""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from extraction import workflow
from extraction.models import Outcome, Study
from reviewapp import queries as ground
from reviewapp import telling
from reviewapp.models import Event, Member
from tests.extraction import build
from tests.extraction.test_views import browser
from tests.extraction.test_views_forms import every_kind
from tests.extraction.test_workflow_forms import changed

pytestmark = pytest.mark.django_db


def facts(member: Member, verb: str) -> dict[str, str]:
    """The lines below the newest event of this verb, as the trail has them."""
    page = ground.trail_page(member, verb=verb)
    return dict(telling.tell(page.events[0], page.names).facts)


def test_the_trail_tells_answers_by_the_labels_of_their_questions_and_choices_in_words(
    first: Member, study: Study, outcome: Outcome
) -> None:
    every_kind(first)
    answers = {"study/countries": ["kenya", "chile"], "study/blinded": "unclear", "study/length": "12"}
    cells = build.cells(study, outcome, {"events": 8, "total": 14}, {"events": 1})
    workflow.save_entries(first, workflow.start_sheet(first, study), answers | cells, {"study/blinded": "Page 3"})
    assert facts(first, "extraction.sheet_saved") == {
        "Countries": "Chile; Kenya",
        "Blinded": "Unclear [Page 3]",
        "Length": "12",
        "Secure attachment, after treatment: Psychotherapy, Events": "8",
        "Secure attachment, after treatment: Psychotherapy, Total": "14",
        "Secure attachment, after treatment: Usual care, Events": "1",
    }
    text = html.unescape(browser(first).get(reverse("trail", args=[first.review.slug])).content.decode())
    assert "Secure attachment, after treatment: Usual care, Events" in text
    assert not re.search(r"(study|arm/[0-9]+)/[a-z]+", re.sub(r"<[^>]*>", "", text)), "no key of an answer"


def test_the_trail_tells_judgements_and_replies_in_words(
    owner: Member, first: Member, study: Study, outcome: Outcome
) -> None:
    key = build.rob2_for(owner, first, [study], outcome)
    begun = build.begun(first, study, key)
    workflow.save_judgements(first, begun, {"1.1": "PN", "randomisation": "high"}, {"randomisation": "Told"})
    told = facts(first, "extraction.assessment_saved")
    assert told["Randomisation process"] == "Low risk of bias [Page 2.] → High risk of bias [Told]"
    assert [text for label, text in told.items() if label.startswith("1.1")] == ["Yes → Probably no"]
    assert told["proposed"] == "Overall: High risk of bias; Randomisation process: Some concerns"


def test_the_trail_tells_an_answer_by_what_its_question_and_choice_were_called_when_it_was_given(
    first: Member, study: Study
) -> None:
    sheet = workflow.save_entries(first, workflow.start_sheet(first, study), {"study/participants": "Mothers"})
    assert facts(first, "extraction.sheet_saved") == {"Participants": "Mothers"}
    drawn = {"of": "participants", "label": "Caregivers of whom", "kind": "choice"}
    changed(first, ("change_question", {**drawn, "options": "Mothers\nFathers"}))
    workflow.save_entries(first, sheet, {"study/participants": "mothers"})
    assert facts(first, "extraction.sheet_saved") == {"Caregivers of whom": "Mothers → Mothers"}
    changed(
        first,
        ("change_question", {**drawn, "label": "Caregivers", "options": "mothers = All mothers\nfathers = Fathers"}),
    )
    assert facts(first, "extraction.sheet_saved") == {"Caregivers of whom": "Mothers → Mothers"}
    workflow.save_entries(first, sheet, {"study/participants": ""})
    assert facts(first, "extraction.sheet_saved") == {"Caregivers": "All mothers → nothing"}


def test_two_questions_that_are_called_the_same_are_both_told(first: Member, study: Study, outcome: Outcome) -> None:
    twin = Outcome.objects.create(
        review=first.review, name=outcome.name, kind=outcome.kind, time_point=outcome.time_point
    )
    one, other = (f"outcome/{each.pk}/arm/{study.arms.first().pk}/events" for each in (outcome, twin))
    facts = {"after": {one: "1", other: "2"}}
    event = Event(pk=1, verb="extraction.sheet_saved", subject=f"study/{study.pk}/sheet/form", facts=facts)
    label = "Secure attachment, after treatment: Psychotherapy, Events"
    assert telling.names_of(first, [event]).facts[1] == {"after": {label: "1", other: "2"}}


def test_what_nothing_is_known_of_is_told_by_its_key(first: Member, study: Study) -> None:
    named = {"study/gone": "1", "outcome/999/arm/1/events": "2"}
    event = Event(pk=1, verb="extraction.sheet_saved", subject=f"study/{study.pk}/sheet/form", facts={"after": named})
    assert telling.names_of(first, [event]).facts[1] == {"after": named}


def test_the_trail_asks_for_words_once_for_all_of_a_page(
    owner: Member, first: Member, study: Study, outcome: Outcome
) -> None:
    key = build.rob2_for(owner, first, [study], outcome)
    sheet, begun = workflow.start_sheet(first, study), build.begun(first, study, key)

    def save(number: int) -> None:
        workflow.save_entries(first, sheet, build.cells(study, outcome, {"events": number}, {}))
        workflow.save_judgements(first, begun, {"randomisation": ["low", "high"][number % 2]})

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            ground.trail_page(first)
        return len(queries)

    save(1)
    few = asked()
    for number in range(2, 7):
        save(number)
    assert asked() == few
