"""Does a sheet offer what its numbers can be converted to, keep both, and tell when they no longer go together?"""

from __future__ import annotations

import html
from datetime import date

import pytest
from django.test import Client

from extraction import exports, queries, workflow
from extraction.forms import AgreementForm
from extraction.models import Outcome, Study
from extraction.schema import Answer, ArmOf, Choice, OutcomeOf, Structure, TakenFrom, asked_of
from extraction.schema.answers import BLANK, Origin
from extraction.schema.convert.offers import Offer, adrift, offers, together
from extraction.schema.fields import Field, Kind, Unit
from extraction.schema.lint.answers import doubts_of_sheet
from extraction.workflow.said import Said, read_or_refuse
from reviewapp.errors import Stale, WrongState
from reviewapp.models import Event, Member
from tests.extraction import build

ARMS = (ArmOf(1, "Talks", "experimental"), ArmOf(2, "Nothing", "control"))
ASKED = asked_of(Structure(ARMS, (OutcomeOf(1, "Mood", "continuous"), OutcomeOf(2, "Death", "dichotomous"))))


def offered(**numbers: float) -> dict[tuple[str, str], list[float]]:
    """What is offered for the first arm of each outcome, by cell."""
    found: dict[tuple[str, str], list[float]] = {}
    for each in offers(ASKED, {key_of(name): Answer(x) for name, x in numbers.items()}):
        _, outcome, _, arm, column = each.key.split("/")
        if arm == "1":
            found.setdefault((outcome, column), []).append(each.value)
    return found


def key_of(name: str) -> str:
    if name.startswith("contrast_"):
        return f"outcome/1/contrast/1-2/{name.removeprefix('contrast_')}"
    if name == "n2":
        return "outcome/1/arm/2/n"
    return f"outcome/{2 if name in ('percent', 'total') else 1}/arm/1/{name}"


@pytest.mark.pure
@pytest.mark.parametrize(
    ("numbers", "cell", "value"),
    [
        ({"se": 0.8, "n": 25}, ("1", "sd"), 4.0),
        ({"ci_low": 30.0, "ci_high": 34.2, "n": 25}, ("1", "sd"), 5.0872739),  # Handbook 6.5.2.2: t = 2.064 with 24
        ({"contrast_difference": 3.8, "contrast_t": 2.0, "n": 25, "n2": 22}, ("1", "sd"), 6.4994708),
        (
            {"contrast_difference": 3.8, "contrast_p": 0.008, "n": 25, "n2": 22},
            ("1", "sd"),
            pytest.approx(4.69, abs=0.01),
        ),  # Handbook 6.5.2.3
        ({"percent": 12.0, "total": 50}, ("2", "events"), 6),
        ({"baseline": 20.0, "mean": 14.0}, ("1", "change"), -6.0),
        ({"baseline_sd": 4.0, "sd": 3.0, "correlation": 0.5}, ("1", "change_sd"), 3.6055513),
        ({"log_mean": 0.0, "log_sd": 1.0}, ("1", "mean"), 1.6487213),
    ],
)
def test_what_the_paper_gives_is_offered_as_what_is_pooled(
    numbers: dict[str, float], cell: tuple[str, str], value: float
) -> None:
    assert offered(**numbers)[cell] == [pytest.approx(value, rel=2e-4) if isinstance(value, int | float) else value]


@pytest.mark.pure
def test_a_hazard_ratio_with_its_interval_is_offered_no_logarithm_and_one_that_lacks_something_is() -> None:
    asked = asked_of(Structure(ARMS, (OutcomeOf(1, "Survival", "time_to_event"),)))

    def columns(**numbers: float) -> list[str]:
        found = offers(asked, {f"outcome/1/contrast/1-2/{name}": Answer(x) for name, x in numbers.items()})
        return [each.field.question for each in found]

    whole = {"hr": 0.7, "hr_low": 0.5, "hr_high": 0.98}
    assert columns(**whole) == columns(**whole, p=0.04) == []
    assert columns(hr=0.7, p=0.04) == columns(o_e=-12.1, v=33.9) == ["log_effect", "se_log"]


@pytest.mark.pure
def test_median_and_quartiles_offer_a_mean_and_an_sd() -> None:
    assert set(offered(median=11, q1=9, q3=15, n=41)) == {("1", "mean"), ("1", "sd")}


@pytest.mark.pure
def test_a_converted_number_is_offered_again_only_when_what_it_rests_on_changes() -> None:
    given = {"outcome/1/arm/1/se": Answer(0.8), "outcome/1/arm/1/n": Answer(25)}
    (offer,) = offers(ASKED, given)
    taken = {**given, offer.key: Answer(offer.value, working=offer.working, origin=offer.origin)}
    assert offers(ASKED, taken) == []
    (again,) = offers(ASKED, taken | {"outcome/1/arm/1/se": Answer(0.9)})
    assert (again.again, again.value) == (True, 4.5)
    assert offers(ASKED, {**given, offer.key: Answer(3.9)}) == [], "a number that was read is left alone"


THREE = (ArmOf(1, "Any dose", "experimental"), ArmOf(2, "Low", part_of=1), ArmOf(3, "High", part_of=1))


@pytest.mark.pure
@pytest.mark.parametrize(
    ("kind", "low", "high", "made"),
    [
        # Handbook 6.5.2.10: by its formula, equal to the mean and SD of all people taken together
        (
            "continuous",
            {"n": 3, "mean": 2, "sd": 1},
            {"n": 3, "mean": 6, "sd": 2},
            {"n": 6, "mean": 4, "sd": 2.6076810},
        ),
        ("dichotomous", {"events": 3, "total": 20}, {"events": 5, "total": 22}, {"events": 8, "total": 42}),
        ("rate", {"events": 3, "time": 20.5}, {"events": 50, "time": 22}, {"events": 53, "time": 42.5}),
    ],
)
def test_the_arms_of_which_an_arm_is_made_are_offered_as_one(
    kind: str, low: dict[str, float], high: dict[str, float], made: dict[str, float]
) -> None:
    asked = asked_of(Structure(THREE, (OutcomeOf(1, "Mood", kind),)))
    given = {f"outcome/1/arm/{arm}/{name}": Answer(x) for arm, row in ((2, low), (3, high)) for name, x in row.items()}
    found = {each.key: each for each in offers(asked, given)}
    assert {key.rpartition("/")[2]: each.value for key, each in found.items()} == made
    assert {each.row for each in found.values()} == {"outcome/1/arm/1"}
    assert all(
        "1 = " in each.working and "2 = " in each.working and "Handbook" in each.working for each in found.values()
    )
    taken = given | {key: Answer(each.value, working=each.working, origin=each.origin) for key, each in found.items()}
    assert list(adrift(asked, taken)) == []
    del given[f"outcome/1/arm/3/{min(high)}"]
    assert offers(asked, given) == [], "a part without its numbers makes no whole"
    assert {each.field.question for each in adrift(asked, taken | {f"outcome/1/arm/3/{min(high)}": BLANK})} == set(made)


@pytest.mark.pure
def test_people_who_are_counted_in_two_arms_are_not_more_than_were_randomised() -> None:
    asked = asked_of(Structure(THREE, (OutcomeOf(1, "Death", "dichotomous"),)))
    numbers = {1: (8, 42), 2: (3, 20), 3: (5, 22)}
    answers = {
        f"outcome/1/arm/{arm}/{name}": Answer(x)
        for arm, row in numbers.items()
        for name, x in zip(("events", "total"), row, strict=True)
    }
    found = doubts_of_sheet("Murray", asked, answers | {"study/randomised": Answer(42)}, date(2026, 1, 1))
    assert [each.rule for each in found if "randomised" in each.rule] == []


@pytest.mark.pure
def test_a_converted_number_whose_numbers_are_emptied_or_changed_is_doubted() -> None:
    given = {"outcome/1/arm/1/se": Answer(0.8), "outcome/1/arm/1/n": Answer(25)}
    (offer,) = offers(ASKED, given)
    taken = {**given, offer.key: Answer(offer.value, working=offer.working, origin=offer.origin)}

    def doubted(**changed: Answer) -> list[tuple[str, str]]:
        answers = taken | {f"outcome/1/arm/1/{name}": answer for name, answer in changed.items()}
        found = doubts_of_sheet("Murray", ASKED, answers, date(2026, 1, 1))
        return [(each.cell, each.sentence) for each in found if each.rule == "conversion-adrift"]

    assert doubted() == []
    for changed in ({"se": BLANK}, {"n": BLANK}, {"se": Answer(0.9)}):
        ((cell, sentence),) = doubted(**changed)
        assert cell == offer.key
        assert "Mood, Talks: SD was converted from numbers that do not stand here now (SD = SE √n; SE = 0.8" in sentence
    assert doubted(sd=BLANK) == []


class Desk:
    def __init__(self, first: Member, second: Member) -> None:
        self.first, self.second = first, second
        self.outcome: Outcome = build.outcome(first, "Mood", "continuous")
        self.study: Study = build.study((first, second))
        self.sd, self.other_sd = build.cells(self.study, self.outcome, {"sd": 0}, {"sd": 0})

    def begun(self, member: Member, se: float = 0.8) -> None:
        rows = ({"mean": 12, "se": se, "n": 25}, {"mean": 14, "sd": 4, "n": 25})
        values = build.TEXTS | build.cells(self.study, self.outcome, *rows)
        workflow.save_entries(member, workflow.start_sheet(member, self.study), values)

    def offer(self, member: Member) -> Offer:
        opened = queries.opened(queries.own_sheet(member, self.study))
        (offer,) = offers(opened.asked, opened.sheet.answers())
        return offer

    def line(self, member: Member, column: str = "sd") -> Answer:
        key = self.sd.replace("/sd", f"/{column}")
        return queries.own_sheet(member, self.study).answers().get(key, BLANK)


@pytest.fixture
def desk(first: Member, second: Member) -> Desk:
    return Desk(first, second)


@pytest.mark.django_db
def test_both_numbers_are_stored_and_the_converted_one_is_pooled(desk: Desk) -> None:
    for author in (desk.first, desk.second):
        desk.begun(author)
        workflow.convert(author, desk.study, desk.offer(author).ref)
    assert desk.line(desk.first) == Answer(
        4.0, working="sd = se √n; se = 0.8, n = 25: sd = 4 (Handbook 6.5.2.2)", origin=Origin.CONVERTED
    )
    assert Event.unblinded.filter(verb="extraction.number_converted", sealed=True).count() == 2
    sheet = queries.own_sheet(desk.first, desk.study)
    workflow.save_entries(desk.first, sheet, {desk.sd: "4"})
    assert desk.line(desk.first).working, "the same number sent again is still the converted one"
    for author in (desk.first, desk.second):
        workflow.submit_sheet(author, queries.own_sheet(author, desk.study))
    workflow.agree_sheet(desk.first, desk.study, {})
    experimental = build.agreed_rows(desk.first.review, desk.outcome)[0]
    assert experimental.values["sd"] == 4.0
    rows = "".join(exports.extraction_csv(desk.first)).splitlines()
    agreed = [row for row in rows if ",agreed," in row]
    assert sum("SE = 0.8, n = 25: SD = 4" in row for row in agreed) == 1
    assert any("/se," in row and ",0.8," in row for row in agreed), "what the paper gives is exported beside it"
    with pytest.raises(WrongState, match="submitted"):
        workflow.convert(desk.first, desk.study, "gone")


@pytest.mark.django_db
def test_a_number_that_is_read_instead_is_no_longer_converted_and_an_old_offer_is_refused(desk: Desk) -> None:
    desk.begun(desk.first)
    old = desk.offer(desk.first).ref
    desk.begun(desk.first, se=0.9)
    with pytest.raises(Stale):
        workflow.convert(desk.first, desk.study, old)
    workflow.convert(desk.first, desk.study, desk.offer(desk.first).ref)
    workflow.save_entries(desk.first, queries.own_sheet(desk.first, desk.study), {desk.sd: "4.7"})
    assert desk.line(desk.first) == Answer(4.7)


@pytest.mark.django_db
def test_what_neither_converted_is_offered_at_the_agreement_with_its_working_as_the_reason(
    desk: Desk, client: Client
) -> None:
    for author in (desk.first, desk.second):
        desk.begun(author)
        workflow.submit_sheet(author, queries.own_sheet(author, desk.study))
    client.force_login(desk.first.user)
    url = f"/reviews/{desk.first.review.slug}/sheets/{desk.study.pk}/agreement/"
    page = html.unescape(client.get(url).content.decode())
    working = "sd = se √n; se = 0.8, n = 25: sd = 4 (Handbook 6.5.2.2)"
    assert "Can be converted" in page
    assert f'name="value:{desk.sd}" value="4"' in page
    words = "SD = SE √n; SE = 0.8, n = 25: SD = 4 (Handbook 6.5.2.2)"
    assert f'name="reason:{desk.sd}" value="{words}"' in page
    offered = {f"value:{desk.sd}": "4", f"reason:{desk.sd}": words}
    assert client.post(url, offered | {"save": "choices"}).status_code == 302, "an offer may be left as it is"
    assert client.post(url, offered | {"save": "choices", f"value:{desk.sd}": "5"}).status_code == 422
    client.post(url, {f"take:{desk.sd}": "third"} | offered)
    assert [row.values["sd"] for row in build.agreed_rows(desk.first.review, desk.outcome)] == [4, 4]
    signed = html.unescape(client.get(url).content.decode())
    assert words in signed
    assert working not in signed
    assert agreed(desk)[desk.sd] == Answer(4.0, working=working, origin=Origin.CONVERTED), (
        "it is known as converted, not as reported"
    )
    assert agreed(desk)[desk.other_sd].working == ""
    choosing = Event.unblinded.get(verb="extraction.sheet_agreed").facts
    assert choosing["converted"] == {desk.sd: words}


def agreed(desk: Desk) -> dict[str, Answer]:
    return queries.sheet_agreement(desk.first, desk.study).signed.answers()


@pytest.mark.django_db
def test_a_third_answer_is_converted_only_where_it_is_what_the_settled_numbers_make(desk: Desk) -> None:
    for author, se in ((desk.first, 0.8), (desk.second, 0.9)):
        desk.begun(author, se)
        workflow.submit_sheet(author, queries.own_sheet(author, desk.study))
    se = desk.sd.replace("/sd", "/se")
    third = Choice(TakenFrom.THIRD, "4.5", reason="From the SE")
    workflow.choose_on_sheet(desk.first, desk.study, {desk.sd: third})

    def made() -> Answer:
        return queries.sheet_agreement(desk.first, desk.study).made[desk.sd].answer

    assert made().working == "", "the standard error is not settled yet"
    workflow.choose_on_sheet(desk.first, desk.study, {se: Choice(TakenFrom.SECOND), desk.sd: third})
    working = made().working
    assert "se = 0.9, n = 25: sd = 4.5" in working
    workflow.choose_on_sheet(desk.first, desk.study, {desk.sd: Choice(TakenFrom.THIRD, "4.7", reason="Table 3")})
    assert made().working == ""
    workflow.choose_on_sheet(desk.first, desk.study, {desk.sd: third})
    workflow.agree_sheet(desk.second, desk.study, {})
    assert agreed(desk)[desk.sd] == Answer(4.5, working=working, origin=Origin.CONVERTED)
    workflow.reopen_sheet_agreement(desk.first, desk.study)
    workflow.agree_sheet(desk.first, desk.study, {se: Choice(TakenFrom.FIRST), desk.sd: third})
    assert agreed(desk)[desk.sd].working == working, "the same number is still the one that was converted"
    study = queries.study(desk.first, desk.study.pk)
    told = queries.agreement_doubts(desk.first, study, queries.sheet_agreement(desk.first, study))
    assert "conversion-adrift" in {doubt.rule for doubt in told.open}


@pytest.mark.django_db
def test_the_page_offers_takes_and_shows_how_it_was_had(desk: Desk, client: Client) -> None:
    desk.begun(desk.first)
    client.force_login(desk.first.user)
    url = f"/reviews/{desk.first.review.slug}/sheets/{desk.study.pk}/"
    page = client.get(url).content.decode()
    assert "Take SD 4<" in page
    assert "Handbook 6.5.2.2" in page
    typed = {desk.sd.replace("/sd", "/se"): "1", "version": "9"}
    told = client.post(url, typed, headers={"Accept": "application/json"}).json()["offers"]
    assert "Take SD 5<" in told[desk.sd.rpartition("/")[0]]
    assert told[desk.other_sd.rpartition("/")[0]].strip() == ""
    offer = desk.offer(desk.first)
    answer = client.post(f"{url}convert/", {"convert": offer.ref, "version": "9"}, follow=True).content.decode()
    assert "</summary>SD = SE √n; SE = 1, n = 25: SD = 5 (Handbook 6.5.2.2)</details>" in answer
    assert "Take SD" not in answer


@pytest.mark.django_db
def test_of_equal_answers_the_page_shows_the_working_of_the_one_that_is_stored(desk: Desk) -> None:
    workflow.save_entries(desk.first, workflow.start_sheet(desk.first, desk.study), {desk.sd: "4"})
    for author in (desk.first, desk.second):
        desk.begun(author)
    workflow.convert(desk.second, desk.study, desk.offer(desk.second).ref)
    for author in (desk.first, desk.second):
        workflow.submit_sheet(author, queries.own_sheet(author, desk.study))
    found = queries.sheet_agreement(desk.first, desk.study)
    (row,) = (row for row in AgreementForm(found).equals() if row.field.key == desk.sd)
    workflow.agree_sheet(desk.first, desk.study, {})
    assert (row.sides[0].note, agreed(desk)[desk.sd].working) == ("", "")


@pytest.mark.pure
def test_a_number_in_another_unit_is_no_longer_the_converted_one() -> None:
    field = Field("study/dose", "Dose", Kind.NUMBER, unit="mg", units=(Unit("g", 1000.0),))
    before = Answer(4.0, working="from the total", origin=Origin.CONVERTED)
    assert read_or_refuse(field, before, Said({field.key: "4"})).working == "from the total"
    assert read_or_refuse(field, before, Said(units={field.key: "g"})) == Answer(4.0, unit="g")


@pytest.mark.django_db
def test_an_arm_made_of_two_is_filled_from_them_with_its_working(desk: Desk, client: Client) -> None:
    whole = desk.study.arms.first()
    client.force_login(desk.first.user)
    slug = desk.first.review.slug
    for name in ("Low dose", "High dose"):
        data = {"name": name, "role": "other", "part_of": whole.pk, "note": ""}
        client.post(f"/reviews/{slug}/studies/{desk.study.pk}/arms/", data)
    assert client.get(f"/reviews/{slug}/studies/{desk.study.pk}/").content.decode().count(f"combined into {whole}") == 2
    parts = [{}, {}, {"n": 3, "mean": 2, "sd": 1}, {"n": 3, "mean": 6, "sd": 2}]
    values = build.cells(desk.study, desk.outcome, *parts)
    workflow.save_entries(desk.first, workflow.start_sheet(desk.first, desk.study), values)
    url = f"/reviews/{slug}/sheets/{desk.study.pk}/"
    assert "Take all 3 combined: n 6, Mean 4, SD 2.607681" in client.get(url).content.decode()
    opened = queries.opened(queries.own_sheet(desk.first, desk.study))
    refs = [each.ref for each in together(offers(opened.asked, opened.sheet.answers()))]
    with pytest.raises(Stale):
        workflow.convert(desk.first, desk.study, refs[0], "gone")
    assert desk.line(desk.first) == Answer(), "all or none"
    client.post(f"{url}convert/", {"convert": " ".join(refs), "version": "9"})
    assert [desk.line(desk.first, name).value for name in ("n", "mean", "sd")] == [6, 4, 2.607681]
    line = desk.line(desk.first)
    assert line.value == 2.607681
    assert "sd1 = 1" in line.working
    assert "sd2 = 2" in line.working
    assert "Handbook 6.5.2.10" in line.working
    assert (
        values.items()
        <= {key: each.value for key, each in queries.own_sheet(desk.first, desk.study).answers().items()}.items()
    )
