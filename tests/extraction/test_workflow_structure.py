"""Arms and outcomes come and go; the answers under their keys stay."""

from __future__ import annotations

import pytest

from extraction import queries, workflow
from extraction.models import Outcome, Study
from reviewapp.errors import BadInput, NotHere, Refused
from reviewapp.models import Event, Member
from tests import build as ground
from tests.extraction import build

pytestmark = pytest.mark.django_db


def test_arms_are_kept_in_the_order_in_which_they_were_added(first: Member, study: Study) -> None:
    workflow.add_arm(first, study, name="Waiting list", role="other")
    assert [arm.name for arm in queries.arms(first, study)] == ["Psychotherapy", "Usual care", "Waiting list"]


def test_what_was_taken_away_is_listed_last(first: Member, study: Study) -> None:
    workflow.drop_arm(first, study.arms.first())
    for name in ("Sleep", "Mood"):
        build.outcome(first, name)
        workflow.add_time_point(first, name=name)
    workflow.drop_outcome(first, queries.outcomes(first)[0])
    workflow.drop_time_point(first, queries.time_points(first)[0])
    assert [arm.name for arm in queries.arms(first, study)] == ["Usual care", "Psychotherapy"]
    assert [each.name for each in queries.outcomes(first)] == ["Mood", "Sleep"]
    assert [each.name for each in queries.time_points(first)] == ["Mood", "Sleep"]


@pytest.mark.parametrize(
    ("name", "role", "told"),
    [
        ("usual CARE", "control", "has an arm called"),
        ("  ", "control", "1 to 150"),
        ("New", "placebo", "no role of an arm"),
    ],
)
def test_an_arm_needs_a_name_of_its_own_and_a_known_role(
    first: Member, study: Study, name: str, role: str, told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        workflow.add_arm(first, study, name=name, role=role)


def test_the_same_once_more_is_one_arm_outcome_and_time_point(first: Member, study: Study) -> None:
    """As when a button is pressed twice in a browser without script."""
    for _ in range(2):
        workflow.add_arm(first, study, name="Waiting list", role="other", size=20)
        at = workflow.add_time_point(first, name="Later", begins=6)
        workflow.define_outcomes(first, [at], name="Sleep", kind="continuous", unit="hours")
    verbs = list(Event.blind.for_member(first).values_list("verb", flat=True))
    assert [verbs.count(f"extraction.{what}") for what in ("time_point_added", "outcome_defined")] == [1, 1]
    assert [arm.name for arm in study.arms.all()].count("Waiting list") == 1
    with pytest.raises(BadInput, match="has an arm called"):
        workflow.add_arm(first, study, name="Waiting list", role="control", size=20)


def test_an_arm_changes_its_role_and_the_trail_says_from_what(first: Member, study: Study) -> None:
    arm = study.arms.first()
    workflow.change_arm(first, arm, role="other")
    arm.refresh_from_db()
    assert arm.role == "other"
    event = Event.blind.for_member(first).get(verb="extraction.arm_changed")
    assert event.facts == {"arm": arm.pk, "before": {"role": "experimental"}, "after": {"role": "other"}}


def test_arms_are_combined_into_another_and_count_once(first: Member, study: Study) -> None:
    whole, control = study.arms.all()
    low = workflow.add_arm(first, study, name="Low dose", role="other", part_of=whole)
    assert queries.structure_of(study).arms[2].part_of == whole.pk
    for arm, changes, told in (
        (low, {"role": "experimental"}, "its people would count twice"),
        (control, {"part_of": whole}, "its people would count twice"),
        (whole, {"part_of": control, "role": "other"}, "Other arms are combined into this one"),
        (control, {"part_of": low, "role": "other"}, "no arm of this study into which"),
    ):
        with pytest.raises(BadInput, match=told):
            workflow.change_arm(first, arm, **changes)
    workflow.drop_arm(first, whole)
    workflow.change_arm(first, low, note="10 mg")
    workflow.restore_arm(first, whole)
    workflow.change_arm(first, low, part_of=None, role="experimental")
    facts = Event.blind.for_member(first).filter(verb="extraction.arm_changed").latest("pk").facts
    assert facts["before"] == {"part_of": whole.pk, "role": "other"}


def test_a_dropped_arm_takes_its_row_along_and_brings_the_answers_back(
    first: Member, study: Study, outcome: Outcome
) -> None:
    values = build.cells(study, outcome, {"events": 8, "total": 14}, {"events": 1, "total": 54})
    sheet = workflow.save_entries(first, workflow.start_sheet(first, study), values)
    arm = study.arms.first()
    workflow.drop_arm(first, arm)
    workflow.drop_arm(first, arm)
    assert len(queries.form_for(study).tables[0].rows) == 1
    workflow.restore_arm(first, arm)
    assert len(queries.form_for(study).tables[0].rows) == 2
    assert {key: answer.value for key, answer in sheet.answers().items()} == values
    verbs = Event.blind.for_member(first).values_list("verb", flat=True)
    assert [list(verbs).count(f"extraction.arm_{what}") for what in ("dropped", "restored")] == [1, 1]


def test_an_arm_whose_name_was_given_away_is_not_restored_in_silence(first: Member, study: Study) -> None:
    arm = study.arms.first()
    workflow.drop_arm(first, arm)
    workflow.add_arm(first, study, name=arm.name, role="experimental")
    with pytest.raises(BadInput, match="has an arm called"):
        workflow.restore_arm(first, arm)


def test_an_arm_of_another_review_is_not_there(study: Study) -> None:
    stranger = ground.review(owner=ground.user("Strange Owner"), is_author=True, title="Another review")
    with pytest.raises(NotHere):
        workflow.drop_arm(stranger, study.arms.first())


def test_owners_and_reviewers_define_outcomes_and_nobody_else(
    owner: Member, first: Member, arbiter: Member, observer: Member
) -> None:
    build.outcome(owner, "Depression", "continuous")
    build.outcome(first, "Attachment")
    assert [str(each) for each in queries.outcomes(observer)] == [
        "Depression, after treatment",
        "Attachment, after treatment",
    ]
    for member in (arbiter, observer):
        with pytest.raises(Refused):
            build.outcome(member, "Sensitivity")


@pytest.mark.parametrize(
    ("details", "told"),
    [
        (
            {"name": "secure attachment", "kind": "dichotomous", "time_point": "After treatment"},
            "of this name and time",
        ),
        ({"name": "", "kind": "dichotomous"}, "1 to 200"),
        ({"name": "Depression", "kind": "colour"}, "no kind of outcome"),
        ({"name": "Depression", "kind": "continuous", "time_point": "x" * 121}, "at most 120"),
    ],
)
def test_an_outcome_needs_a_name_of_its_own_and_a_known_kind(
    first: Member, outcome: Outcome, details: dict[str, str], told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        workflow.define_outcome(first, **details)


def test_an_outcome_changes_its_name_and_not_its_kind(first: Member, outcome: Outcome) -> None:
    changed = workflow.change_outcome(first, outcome, name="Attachment", higher_is_better=True, kind="continuous")
    changed.refresh_from_db()
    assert (changed.name, changed.higher_is_better, changed.kind) == ("Attachment", True, "dichotomous")


def test_a_dropped_outcome_brings_its_answers_back(first: Member, study: Study, outcome: Outcome) -> None:
    values = build.cells(study, outcome, {"events": 8, "total": 14}, {"events": 1, "total": 54})
    sheet = workflow.save_entries(first, workflow.start_sheet(first, study), values)
    workflow.drop_outcome(first, outcome)
    assert queries.form_for(study).tables == ()
    workflow.restore_outcome(first, outcome)
    assert len(queries.form_for(study).tables) == 1
    assert {key: answer.value for key, answer in sheet.answers().items()} == values


def test_no_event_on_arms_and_outcomes_is_sealed(first: Member, second: Member, study: Study, outcome: Outcome) -> None:
    workflow.drop_outcome(first, outcome)
    assert Event.blind.for_member(second).filter(verb="extraction.outcome_dropped").exists()
