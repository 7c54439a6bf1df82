"""Are numbers doubted where somebody can look them up, blind to the other author, and do they stand with a reason until they change?"""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from extraction import queries, workflow
from extraction.models import Outcome, Reason, Sheet, Study
from extraction.queries import Doubts
from extraction.schema import Answer, ArmOf, Choice, OutcomeOf, Structure, TakenFrom, asked_of
from extraction.schema.lint.answers import doubts_across, doubts_of_pair, doubts_of_sheet, outcome_of
from reviewapp.errors import BadInput, NotHere, Refused, Stale, WrongState
from reviewapp.models import Event, Member
from tests.extraction import build
from tests.extraction.test_views import page

TODAY = date(2026, 1, 1)
ARMS = (ArmOf(1, "Talks", "experimental", 60), ArmOf(2, "Nothing", "control"))
MOOD = OutcomeOf(1, "Mood", "continuous", unit="EPDS, 0 to 30")
DEATH = OutcomeOf(2, "Death", "dichotomous")
ASKED = asked_of(Structure(ARMS, (MOOD, DEATH)))


def answers(**cells: float) -> dict[str, Answer]:
    """Such as mood_1_sd=2, death_2_events=3."""
    found = {}
    for name, value in cells.items():
        outcome, arm, column = name.split("_", 2)
        found[f"outcome/{1 if outcome == 'mood' else 2}/arm/{arm}/{column}"] = Answer(value)
    return found


@pytest.mark.pure
@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (answers(death_1_events=12, death_1_total=10), "events-over-total"),
        (answers(death_1_events=2, death_1_total=61), "over-randomised"),
        (answers(mood_2_mean=31), "off-scale"),
        (answers(mood_2_sd=25, mood_2_n=40), "sd-over-scale"),
        ({"study/randomised": Answer(40), **answers(death_2_total=30, death_1_total=20)}, "over-randomised"),
        ({"outcome/1/contrast/1-2/difference": Answer(3), **answers(mood_1_mean=5, mood_2_mean=8)}, "swapped-arms"),
    ],
)
def test_answers_under_their_keys_are_read_for_every_rule(given: dict[str, Answer], rule: str) -> None:
    (doubt,) = doubts_of_sheet("Murray 2003", ASKED, given, TODAY)
    assert doubt.rule == rule
    assert doubt.cell in given


@pytest.mark.pure
def test_a_doubt_is_another_one_when_a_number_that_it_rests_on_changes_and_the_same_when_another_does() -> None:
    one = answers(death_1_events=12, death_1_total=10)
    (before,) = doubts_of_sheet("Murray 2003", ASKED, one, TODAY)
    (same,) = doubts_of_sheet("Murray 2003", ASKED, {**one, **answers(death_2_total=40)}, TODAY)
    (other,) = doubts_of_sheet("Murray 2003", ASKED, {**one, **answers(death_1_total=11)}, TODAY)
    assert before.ref == same.ref != other.ref


@pytest.mark.pure
def test_between_two_sheets_slips_are_told_and_what_both_have_once() -> None:
    both = answers(death_1_events=12, death_1_total=10)
    first, second = {**both, **answers(mood_1_mean=12.3)}, {**both, **answers(mood_1_mean=13.2)}
    found = [(doubt.rule, doubt.whose) for doubt in doubts_of_pair("Murray 2003", ASKED, first, second, TODAY)]
    assert found == [("events-over-total", "both"), ("slip-between-sheets", "")]
    alone = doubts_of_pair("Murray 2003", ASKED, first, answers(death_1_events=1, death_1_total=10), TODAY)
    assert [doubt.whose for doubt in alone if doubt.rule == "events-over-total"] == ["first"]


@pytest.mark.pure
def test_what_both_sheets_raise_is_told_once_also_where_another_number_of_its_row_differs() -> None:
    both = answers(death_1_events=12, death_1_total=10)
    first, second = {**both, **answers(death_1_percent=30)}, {**both, **answers(death_1_percent=35)}
    (doubt,) = [
        each for each in doubts_of_pair("Murray", ASKED, first, second, TODAY) if each.rule == "events-over-total"
    ]
    alone = [
        next(each for each in doubts_of_sheet("Murray", ASKED, sheet, TODAY) if each.rule == "events-over-total").basis
        for sheet in (first, second)
    ]
    assert (doubt.whose, doubt.bases) == ("both", alone)


@pytest.mark.pure
def test_an_se_typed_for_an_sd_is_doubted_once_by_what_tells_most() -> None:
    row = {"mean": 8, "sd": 0.8, "n": 40, "q1": 4, "q3": 12, "least": 0, "most": 25, "baseline_sd": 5.2}
    other = {"mean": 15, "sd": 5.3, "n": 40}
    given = answers(**{f"mood_1_{name}": x for name, x in row.items()}, **{f"mood_2_{name}": x for name, x in other.items()})  # fmt: skip

    def rules(more: dict[str, Answer]) -> list[str]:
        found = doubts_of_sheet("Murray", ASKED, given | more, TODAY)
        return [each.rule for each in found if each.cell.endswith("arm/1/sd")]

    assert rules({}) == ["sd-against-range"]
    assert rules(answers(mood_1_se=0.8)) == ["sd-is-se"]
    assert rules(answers(mood_1_least=12, mood_1_most=12.5)) == ["sd-against-range", "sd-against-quartiles"], (
        "too large for the range is another cause"
    )
    arms = [("Murray", ARMS, {key: each.value for key, each in given.items()})]
    others = [(f"Oak {n}", ARMS, {f"outcome/1/arm/{arm}/{name}": x for arm in (1, 2) for name, x in other.items()}) for n in range(4)]  # fmt: skip
    across = [each.rule for each in doubts_across(MOOD, arms + others) if each.cell.endswith("arm/1/sd")]
    assert across.count("sd-against-range") == 1
    assert "sd-looks-like-se" not in across


@pytest.mark.pure
def test_among_studies_the_one_that_stands_out_is_named_and_stays_settled_when_another_study_changes() -> None:
    def studies(last: float) -> list:
        numbers = [(10, 5.0, 40), (11, 4.8, 50), (9, 5.3, 45), (10, last, 60), (12, 0.8, 40)]
        return [
            (f"Study {i}", ARMS, {f"outcome/1/arm/1/{name}": x for name, x in zip(("mean", "sd", "n"), row, strict=True)})
            for i, row in enumerate(numbers)
        ]  # fmt: skip

    arms = tuple(ArmOf(1, "Talks", "experimental") for _ in range(1))
    before, after = ([(label, arms, row) for label, _, row in studies(sd)] for sd in (5.1, 5.2))
    found = doubts_across(MOOD, before)
    assert [doubt.rule for doubt in found] == ["sd-looks-like-se"]
    assert found[0].sentence.startswith("Study 4")
    assert [doubt.ref for doubt in doubts_across(MOOD, after)] == [found[0].ref]


@pytest.mark.pure
def test_of_a_trial_that_randomised_groups_or_twice_it_is_asked_what_its_numbers_count() -> None:
    given = answers(death_1_events=2, death_1_total=40, death_2_events=4, death_2_total=38)
    given |= answers(mood_1_mean=10, mood_1_sd=5, mood_1_n=40, mood_2_mean=11, mood_2_sd=5, mood_2_n=38)
    for design, rule, told in (
        ("cluster", "unit-cluster", "design effect"),
        ("crossover", "unit-crossover", "first period"),
    ):
        found = doubts_of_sheet("Murray 2003", ASKED, given, TODAY, design)
        assert [(each.rule, each.cell) for each in found] == [
            (rule, "outcome/1/arm/1/n"),
            (rule, "outcome/2/arm/1/total"),
        ]
        assert all(told in each.sentence for each in found)
        numbers = {key: answer.value for key, answer in given.items()}
        (across,) = doubts_across(MOOD, [("Murray 2003", ARMS, numbers)], designs=[design])
        assert across.ref == found[0].ref, "said once why it stands, it is not asked again beside the analysis"
    for design in ("", "parallel", "cohort"):
        assert doubts_of_sheet("Murray 2003", ASKED, given, TODAY, design) == []
    effect = {"outcome/1/contrast/1-2/difference": Answer(3)}
    assert doubts_of_sheet("Murray 2003", ASKED, effect, TODAY, "cluster") == []


@pytest.mark.pure
def test_the_scale_is_read_from_its_unit_and_empty_rows_are_none() -> None:
    read = outcome_of(MOOD, ARMS, {"outcome/1/arm/2/mean": 3.0})
    assert (read.lowest, read.highest, [row.name for row in read.arms]) == (0, 30, ["Nothing"])
    assert outcome_of(OutcomeOf(1, "Mood", "continuous", unit="mg"), ARMS, {}).lowest is None


# --- in the review -------------------------------------------------------------------------------------------------


class Desk:
    """A study with an outcome, and two authors."""

    def __init__(self, first: Member, second: Member) -> None:
        self.first, self.second = first, second
        self.outcome: Outcome = build.outcome(first)
        self.study: Study = build.study((first, second))

    def extract(self, member: Member, events: int = 8, percent: int = 45) -> Sheet:
        rows = ({"events": events, "total": 20, "percent": percent}, {"events": 4, "total": 21})
        values = build.TEXTS | build.cells(self.study, self.outcome, *rows)
        return workflow.save_entries(member, workflow.start_sheet(member, self.study), values)

    def submit(self, member: Member, **numbers: int) -> None:
        workflow.submit_sheet(member, self.extract(member, **numbers))

    def own(self, member: Member) -> Doubts:
        return queries.own_doubts(member, queries.opened(queries.own_sheet(member, self.study)))

    def both(self, member: Member) -> Doubts:
        return queries.agreement_doubts(member, self.study, queries.sheet_agreement(member, self.study))

    def url(self, member: Member, page: str) -> str:
        return f"/reviews/{member.review.slug}/sheets/{self.study.pk}/{page}"


@pytest.fixture
def desk(first: Member, second: Member) -> Desk:
    return Desk(first, second)


@pytest.mark.django_db
def test_a_doubted_number_stands_with_a_reason_until_it_changes(desk: Desk) -> None:
    desk.extract(desk.first)
    (doubt,) = desk.own(desk.first).open
    assert "45 percent is given, but the events make 40.0" in doubt.sentence
    with pytest.raises(BadInput, match="with a reason"):
        workflow.let_stand_on_sheet(desk.first, desk.study, doubt.ref, "  ")
    given = workflow.let_stand_on_sheet(desk.first, desk.study, doubt.ref, "So in table 2.")
    assert workflow.let_stand_on_sheet(desk.first, desk.study, doubt.ref, "Twice") == given, "a double click"
    found = desk.own(desk.first)
    assert (found.open, [reason for _, reason in found.answered]) == ([], [given])
    event = Event.unblinded.filter(verb="extraction.doubt_answered").get()
    assert event.sealed
    assert event.facts["reason"] == "So in table 2."
    desk.extract(desk.first, percent=46)
    assert len(desk.own(desk.first).open) == 1, "another number is another doubt"
    desk.extract(desk.first, percent=45)
    assert desk.own(desk.first).open == [], "the old number still has its reason"
    workflow.ask_again(desk.first, desk.study, given.pk)
    assert len(desk.own(desk.first).open) == 1
    assert Reason.unblinded.get().reason == "So in table 2.", "what was said is kept"


@pytest.mark.django_db
def test_what_is_doubted_on_the_others_sheet_is_seen_when_both_are_in_and_not_before(desk: Desk) -> None:
    desk.extract(desk.second)
    (doubt,) = desk.own(desk.second).open
    given = workflow.let_stand_on_sheet(desk.second, desk.study, doubt.ref, "Wombats were counted")
    desk.extract(desk.first)
    assert len(desk.own(desk.first).open) == 1, "the other's reason does not answer one's own doubt"
    with pytest.raises(NotHere):
        workflow.ask_again(desk.first, desk.study, given.pk)
    desk.submit(desk.first)
    with pytest.raises(WrongState, match="submitted"):
        workflow.let_stand_on_sheet(desk.first, desk.study, doubt.ref, "Late")
    with pytest.raises(WrongState, match="not two submitted"):
        workflow.let_stand_in_agreement(desk.first, desk.study, doubt.ref, "Early")
    desk.submit(desk.second)
    ((same, reason),) = desk.both(desk.first).answered
    assert (same.whose, reason) == ("both", given)


@pytest.mark.django_db
def test_at_agreement_slips_between_the_sheets_are_told_and_the_signed_numbers_are_looked_at(
    desk: Desk, second: Member, observer: Member, arbiter: Member
) -> None:
    desk.submit(desk.first, events=12, percent=60)
    desk.submit(desk.second, events=1, percent=6)
    found = {(doubt.rule, doubt.whose) for doubt in desk.both(desk.first).open}
    assert ("slip-between-sheets", "") in found
    assert ("percent-events", "second") in found
    with pytest.raises(Refused):
        workflow.let_stand_in_agreement(observer, desk.study, desk.both(desk.first).open[0].ref, "I say so")
    with pytest.raises(Stale):
        workflow.let_stand_in_agreement(desk.first, desk.study, "gone", "A reason")
    pairs = queries.sheet_agreement(desk.first, desk.study).differences
    choices = {
        pair.field.key: Choice(TakenFrom.SECOND if pair.field.key.endswith("percent") else TakenFrom.FIRST)
        for pair in pairs
    }
    workflow.agree_sheet(desk.first, desk.study, choices)
    (doubt,) = desk.both(desk.first).open
    assert (doubt.rule, doubt.whose) == ("percent-events", "")
    given = workflow.let_stand_in_agreement(desk.second, desk.study, doubt.ref, "A misprint")
    assert not Event.unblinded.filter(verb="extraction.doubt_answered").get().sealed
    with pytest.raises(Refused, match="said why this number stands"):
        workflow.ask_again(desk.first, desk.study, given.pk)
    workflow.ask_again(desk.second, desk.study, given.pk)
    assert len(desk.both(desk.first).open) == 1
    given = workflow.let_stand_in_agreement(desk.second, desk.study, doubt.ref, "A misprint")
    workflow.ask_again(arbiter, desk.study, given.pk)
    assert len(desk.both(desk.first).open) == 1, "who settles conflicts may take back what an author said"


@pytest.mark.django_db
def test_a_reason_for_what_both_sheets_raise_holds_for_either_and_is_taken_back_for_both(desk: Desk) -> None:
    desk.submit(desk.first)
    twice = build.cells(
        desk.study, desk.outcome, {"events": 16, "total": 40, "percent": 45}, {"events": 4, "total": 21}
    )
    build.submitted(desk.second, desk.study, twice)
    (doubt,) = [each for each in desk.both(desk.first).open if each.rule == "percent-events"]
    assert (doubt.whose, doubt.basis != doubt.also) == ("both", True)
    given = workflow.let_stand_in_agreement(desk.first, desk.study, doubt.ref, "A misprint")
    assert "percent-events" not in {each.rule for each in desk.both(desk.second).open}
    assert Event.unblinded.filter(verb="extraction.doubt_answered").count() == 1
    workflow.ask_again(desk.first, desk.study, given.pk)
    assert "percent-events" in {each.rule for each in desk.both(desk.second).open}
    workflow.let_stand_in_agreement(desk.first, desk.study, doubt.ref, "A misprint")
    pairs = queries.sheet_agreement(desk.first, desk.study).differences
    workflow.agree_sheet(desk.first, desk.study, {pair.field.key: Choice(TakenFrom.SECOND) for pair in pairs})
    assert [each.rule for each, _ in desk.both(desk.first).answered] == ["percent-events"], "whoever's numbers stand"


@pytest.mark.django_db
def test_an_author_takes_back_at_the_agreement_what_was_said_on_the_own_sheet(desk: Desk) -> None:
    desk.extract(desk.first)
    (mine,) = desk.own(desk.first).open
    said = workflow.let_stand_on_sheet(desk.first, desk.study, mine.ref, "So in table 2")
    workflow.submit_sheet(desk.first, queries.own_sheet(desk.first, desk.study))
    with pytest.raises(WrongState, match="This sheet is submitted"):
        workflow.ask_again(desk.first, desk.study, said.pk)
    desk.submit(desk.second)
    assert said in [reason for _, reason in desk.both(desk.first).answered]
    with pytest.raises(Refused):
        workflow.ask_again(desk.second, desk.study, said.pk)
    workflow.ask_again(desk.first, desk.study, said.pk)
    assert [each.rule for each in desk.both(desk.second).open] == ["percent-events"]


@pytest.mark.django_db
def test_what_both_sheets_raise_stands_only_with_a_reason_for_each(desk: Desk, arbiter: Member) -> None:
    desk.extract(desk.first)
    (mine,) = desk.own(desk.first).open
    theirs = build.cells(
        desk.study, desk.outcome, {"events": 16, "total": 40, "percent": 45}, {"events": 4, "total": 21}
    )
    said = workflow.let_stand_on_sheet(desk.first, desk.study, mine.ref, "So in table 2")
    workflow.submit_sheet(desk.first, queries.own_sheet(desk.first, desk.study))
    build.submitted(desk.second, desk.study, theirs)
    (doubt,) = [each for each in desk.both(desk.second).open if each.rule == "percent-events"]
    assert (doubt.whose, mine.basis in doubt.bases) == ("both", True), "nobody said why the other's number stands"
    assert desk.both(desk.second).partly[doubt.ref] == [said]
    shown = " ".join(page(desk.second, "sheet-agreement", desk.study.pk).split())
    assert "Of one of the two numbers Fay First said on" in shown
    assert ": So in table 2</span>" in shown
    given = workflow.let_stand_in_agreement(desk.second, desk.study, doubt.ref, "A misprint")
    assert workflow.let_stand_in_agreement(desk.second, desk.study, doubt.ref, "Twice") == said, "a double click"
    assert Reason.unblinded.count() == 2
    found = desk.both(desk.first)
    assert {reason for _, reason in found.answered} == {said, given}
    assert found.stand == 1
    for reason, who in ((given, desk.second), (said, arbiter)):
        workflow.ask_again(who, desk.study, reason.pk)
        assert "percent-events" in {each.rule for each in desk.both(desk.second).open}
        workflow.let_stand_in_agreement(desk.second, desk.study, doubt.ref, "A misprint")
    assert Reason.unblinded.standing().count() == 2
    pairs = queries.sheet_agreement(desk.first, desk.study).differences
    workflow.agree_sheet(desk.first, desk.study, {pair.field.key: Choice(TakenFrom.SECOND) for pair in pairs})
    assert [each.rule for each, _ in desk.both(desk.first).answered] == ["percent-events"], "as it did before"


@pytest.mark.django_db
def test_the_pages_tell_doubts_count_them_where_one_signs_and_take_reasons(desk: Desk, client: Client) -> None:
    desk.extract(desk.first)
    client.force_login(desk.first.user)
    page = client.get(desk.url(desk.first, "")).content.decode()
    (doubt,) = desk.own(desk.first).open
    assert f'href="#id_{doubt.cell}"' in page
    assert "1 number in doubt" in page
    assert doubt.sentence in page
    answer = client.post(desk.url(desk.first, "doubts/"), {"doubt": doubt.ref, "reason": "So in table 2."}, follow=True)
    assert "1 looked up, and stands" in answer.content.decode()
    saved = client.post(
        desk.url(desk.first, ""), {doubt.cell: "46", "version": 9}, headers={"Accept": "application/json"}
    ).json()
    assert "46 percent is given" in saved["doubts"]
    assert "1 number in doubt" in saved["status"]
    desk.submit(desk.first)
    desk.submit(desk.second, events=10)
    page = client.get(desk.url(desk.first, "agreement/")).content.decode()
    assert f'href="#q-{doubt.cell}"' in page
    assert "On both sheets." not in page
    (other,) = desk.both(desk.first).open
    answer = client.post(desk.url(desk.first, "agreement/doubts/"), {"doubt": other.ref, "reason": "So."}, follow=True)
    assert "So." in answer.content.decode()
    given = Reason.unblinded.last()
    answer = client.post(desk.url(desk.first, f"doubts/{given.pk}/again/"), follow=True)
    assert "1 number in doubt" in answer.content.decode()


@pytest.mark.pure
def test_a_study_whose_scale_runs_the_other_way_is_told_among_the_others() -> None:
    mood = OutcomeOf(1, "Mood", "continuous", higher_is_better=False)
    row = {"mean": 12.0, "sd": 4.0, "n": 25}

    def values(arms: tuple[ArmOf, ...], **said: str) -> dict[str, object]:
        cells = {f"outcome/1/arm/{arm.id}/{name}": x + arm.id for arm in arms for name, x in row.items()}
        return cells | {f"outcome/1/study/{name}": word for name, word in said.items()}

    def told(**said: str) -> list[str]:
        arms = [tuple(ArmOf(10 * n + side, f"Arm {side}") for side in (1, 2)) for n in (1, 2, 3)]
        studies = [("Ash", arms[0], values(arms[0], **said)), *((f"Oak {n}", arms[n], values(arms[n])) for n in (1, 2))]
        return [each.sentence for each in doubts_across(mood, studies) if each.rule == "scale-direction"]

    assert told() == []
    assert told(direction="worse") == [], "as the review has it"
    (sentence,) = told(direction="better")
    assert sentence.startswith("Ash: on its scale higher is better, other than in most studies of Mood")


@pytest.mark.pure
@pytest.mark.parametrize(
    ("reviews", "said", "whose", "told"),
    [
        (False, ("better", None), "Ash", "higher is better, other than in as many studies of Mood; where they are pooled, its sign is turned."),
        (True, (None, "worse"), "Oak", "lower is better, other than in as many studies of Mood; where they are pooled, its sign is turned."),
        (False, ("better", "better", None), "Elm", "lower is better, other than in most studies of Mood; where they are pooled, the signs of the others are turned."),
    ],
)  # fmt: skip
def test_scales_that_run_both_ways_are_told_without_a_majority_too_and_by_whose_signs_are_turned(
    reviews: bool, said: tuple[str | None, ...], whose: str, told: str
) -> None:
    mood = OutcomeOf(1, "Mood", "continuous", higher_is_better=reviews)
    studies = []
    for number, (label, way) in enumerate(zip(("Ash", "Oak", "Elm"), said, strict=False), start=1):
        arms = (ArmOf(10 * number, "Talks"), ArmOf(10 * number + 1, "None"))
        cells = {f"outcome/1/arm/{arm.id}/mean": 10.0 + arm.id for arm in arms}
        studies.append((label, arms, cells | ({"outcome/1/study/direction": way} if way else {})))
    (sentence,) = (each.sentence for each in doubts_across(mood, studies) if each.rule == "scale-direction")
    assert sentence == f"{whose}: on its scale {told}"
