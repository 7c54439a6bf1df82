"""Does a number say how it was had: reported, converted or imputed? By the sheet, at the agreement, in the export and in what is pooled."""

from __future__ import annotations

import html
import importlib
from datetime import date
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from analysis.models import Analysis
from analysis.queries.inputs import agreed, input_of
from extraction import exports, queries, workflow
from extraction.forms import AgreementForm
from extraction.models import Arm, Entry, Outcome, Sheet, Study
from extraction.schema import (
    Answer,
    ArmOf,
    Choice,
    Field,
    Kind,
    Match,
    Origin,
    OutcomeOf,
    Structure,
    TakenFrom,
    asked_of,
)
from extraction.schema import convert as c
from extraction.schema.compare import compare
from extraction.schema.convert.offers import adrift, offers
from extraction.schema.lint.answers import doubts_of_sheet
from extraction.workflow.said import Said, read_or_refuse
from reviewapp.errors import BadInput
from reviewapp.models import Event, Member
from tests.analysis.build import plan
from tests.extraction import build
from tests.extraction.test_overtaken_sheets import beside

PARTS = (ArmOf(1, "Any dose", "experimental"), ArmOf(2, "Low", part_of=1), ArmOf(3, "High", part_of=1))
SD = Field("study/sd", "SD", Kind.NUMBER)
GUESSED = (Origin.IMPUTED, "The median SD of the other studies")


@pytest.mark.pure
def test_the_marks_of_old_conversions_are_what_was_read_from_their_words() -> None:
    """The migration's copy of the rule, against what a conversion says of itself."""
    migration = importlib.import_module("extraction.migrations.0010_origin")
    converted = (
        c.sd_from_se(0.8, 25),
        *c.combine_means([(4, 2, 25), (5, 1, 20)]),
        *c.mean_sd_from_median(25, 22.1, least=19.7, most=27.9),
        *c.to_log_scale(3, 1),
        c.sd_of_change(2, 2, 0.5),
    )
    assert [migration.origin_of(each.working) for each in converted] == [str(each.origin) for each in converted]


@pytest.mark.pure
def test_of_arms_combined_only_what_rests_on_an_imputed_number_is_imputed() -> None:
    asked = asked_of(Structure(PARTS, (OutcomeOf(1, "Mood", "continuous"),)))
    rows = {2: {"n": 3, "mean": 2, "sd": 1}, 3: {"n": 3, "mean": 6, "sd": 2}}
    given = {f"outcome/1/arm/{arm}/{name}": Answer(x) for arm, row in rows.items() for name, x in row.items()}
    guessed = given | {"outcome/1/arm/3/sd": Answer(2, origin=Origin.IMPUTED, basis="as in the other arm")}
    found = {each.field.question: each for each in offers(asked, guessed)}
    assert {name: str(each.origin) for name, each in found.items()} == {
        "n": "converted",
        "mean": "converted",
        "sd": "imputed",
    }
    taken = {each.key: Answer(each.value, working=each.working, origin=each.origin) for each in found.values()}
    assert list(adrift(asked, guessed | taken)) == []
    as_if_read = {key: Answer(each.value, working=each.working, origin=Origin.CONVERTED) for key, each in taken.items()}
    assert [each.field.question for each in adrift(asked, guessed | as_if_read)] == ["sd"]


@pytest.mark.pure
def test_what_follows_from_a_number_that_a_person_imputed_is_offered_as_imputed() -> None:
    asked = asked_of(Structure(PARTS[:1], (OutcomeOf(1, "Mood", "continuous"),)))
    arm = "outcome/1/arm/1"
    guessed = Answer(0.5, origin=Origin.IMPUTED, basis="Correlation of Ray 2010")
    given = {f"{arm}/baseline_sd": Answer(4), f"{arm}/sd": Answer(3), f"{arm}/correlation": guessed}
    (offer,) = offers(asked, given)
    assert (offer.key, offer.value, offer.origin) == (f"{arm}/change_sd", 3.6055513, Origin.IMPUTED)
    assert "baseline_sd = 4, sd = 3, correlation = 0.5: change_sd = 3.60555 (Handbook 6.5.2.8)" in offer.working
    taken = given | {offer.key: Answer(offer.value, working=offer.working, origin=offer.origin)}
    assert (offers(asked, taken), list(adrift(asked, taken))) == ([], [])


@pytest.mark.pure
def test_what_rests_on_what_was_read_is_offered_before_what_rests_on_what_was_imputed() -> None:
    arms = (ArmOf(1, "Talks", "experimental"), ArmOf(2, "Nothing", "control"))
    asked = asked_of(Structure(arms, (OutcomeOf(1, "Mood", "continuous"),)))
    sizes = {f"outcome/1/arm/{arm}/n": Answer(25) for arm in (1, 2)}
    interval = {f"outcome/1/contrast/1-2/difference_{end}": Answer(x) for end, x in (("low", -1), ("high", 3))}
    guessed = Answer(0.8, origin=Origin.IMPUTED, basis="a guess")
    found = [
        each for each in offers(asked, sizes | interval | {"outcome/1/arm/1/se": guessed}) if "/arm/1/" in each.key
    ]
    assert [(each.field.question, str(each.origin)) for each in found] == [("sd", "converted"), ("sd", "imputed")]
    assert "se = 0.8" in found[1].working


@pytest.mark.pure
def test_a_conversion_whose_number_is_marked_as_imputed_later_is_doubted_for_its_mark_alone() -> None:
    asked = asked_of(Structure(PARTS[:1], (OutcomeOf(1, "Mood", "continuous"),)))
    given = {"outcome/1/arm/1/n": Answer(25), "outcome/1/arm/1/se": Answer(0.8)}
    (offer,) = offers(asked, given)
    taken = given | {offer.key: Answer(offer.value, working=offer.working, origin=offer.origin)}
    guessed = taken | {"outcome/1/arm/1/se": Answer(0.8, origin=Origin.IMPUTED, basis="a guess")}
    (told,) = [each.sentence for each in doubts_of_sheet("Murray", asked, guessed, date(2026, 1, 1))]
    assert told.startswith(
        "Mood, Any dose: SD was converted from numbers of which one is imputed, and is not marked as"
    )
    (again,) = offers(asked, guessed)
    assert (again.again, again.origin) == (True, Origin.IMPUTED)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("first", "second", "match"),
    [
        (Origin.REPORTED, Origin.IMPUTED, Match.DIFFERENT),
        (Origin.CONVERTED, Origin.IMPUTED, Match.DIFFERENT),
        (Origin.IMPUTED, Origin.IMPUTED, Match.EQUAL),
        (Origin.REPORTED, Origin.CONVERTED, Match.EQUAL),
    ],
)
def test_a_number_that_only_one_imputed_is_to_be_settled(first: Origin, second: Origin, match: Match) -> None:
    sheets = ({SD.key: Answer(4, origin=origin)} for origin in (first, second))
    assert [pair.match for pair in compare([SD], *sheets)] == [match]


@pytest.mark.pure
def test_a_mark_stays_with_a_number_that_is_mended_and_goes_with_its_formula() -> None:
    guessed = read_or_refuse(SD, Answer(4.0), Said(origins={SD.key: GUESSED}))
    assert guessed == Answer(4.0, origin=Origin.IMPUTED, basis=GUESSED[1])
    assert read_or_refuse(SD, guessed, Said({SD.key: "4.1"})).basis == GUESSED[1]
    assert read_or_refuse(SD, guessed, Said(origins={SD.key: (Origin.REPORTED, GUESSED[1])})) == Answer(4.0)
    converted = Answer(4.0, working="sd = se √n", origin=Origin.CONVERTED)
    same_page = {SD.key: (Origin.CONVERTED, "")}
    assert read_or_refuse(SD, converted, Said({SD.key: "4"}, origins=same_page)) == converted
    assert read_or_refuse(SD, converted, Said({SD.key: "4.7"}, origins=same_page)) == Answer(4.7)
    assert read_or_refuse(SD, converted, Said(origins={SD.key: (Origin.REPORTED, "")})) == Answer(4.0)


class Desk:
    """Two authors before one study; the first had the first arm's SD from elsewhere."""

    def __init__(self, first: Member, second: Member) -> None:
        self.first, self.second = first, second
        self.outcome: Outcome = build.outcome(first, "Mood", "continuous")
        self.study: Study = build.study((first, second))
        rows = ({"mean": 12, "sd": 4, "n": 25}, {"mean": 14, "sd": 4, "n": 25})
        self.cells = build.cells(self.study, self.outcome, *rows)
        self.sd = next(key for key in self.cells if key.endswith("/sd"))
        self.url = f"/reviews/{first.review.slug}/sheets/{self.study.pk}/"

    def fill(self, member: Member, **said: object) -> None:
        workflow.save_entries(member, workflow.start_sheet(member, self.study), build.TEXTS | self.cells, **said)

    def submit(self, *members: Member) -> None:
        for member in members:
            workflow.submit_sheet(member, queries.own_sheet(member, self.study))

    def agreed(self) -> Answer:
        return queries.sheet_agreement(self.first, self.study).signed.answers()[self.sd]


@pytest.fixture
def desk(first: Member, second: Member) -> Desk:
    return Desk(first, second)


@pytest.mark.django_db
def test_an_author_marks_a_number_on_the_page_with_its_reason(desk: Desk, client: Client) -> None:
    desk.fill(desk.first)
    client.force_login(desk.first.user)
    typed = {f"origin:{desk.sd}": "imputed", f"basis:{desk.sd}": "", "version": "9"}
    page = html.unescape(client.post(f"{desk.url}submit/", typed).content.decode())
    assert "Psychotherapy, SD is marked as imputed: say from what, and how." in page
    client.post(desk.url, typed | {f"basis:{desk.sd}": GUESSED[1]})
    page = html.unescape(client.get(desk.url).content.decode())
    assert '<option value="imputed" selected>' in page
    assert f'value="{GUESSED[1]}"' in page
    assert f"</summary>{GUESSED[1]}</details>" in page
    refused = client.post(desk.url, typed | {f"origin:{desk.sd}": "dreamt"}, headers={"Accept": "application/json"})
    assert "“dreamt” is not how a number is had" in refused.json()["told"][desk.sd]
    event = Event.unblinded.filter(verb="extraction.sheet_saved").last()
    assert event.sealed
    assert event.facts["after"] == {desk.sd: f"4 (imputed: {GUESSED[1]})"}


@pytest.mark.django_db
def test_a_mark_set_in_another_window_is_not_overwritten_unseen(desk: Desk, client: Client) -> None:
    desk.fill(desk.first)
    seen = queries.own_sheet(desk.first, desk.study).version
    workflow.save_entries(desk.first, queries.own_sheet(desk.first, desk.study), {}, origins={desk.sd: GUESSED})
    client.force_login(desk.first.user)
    typed = {desk.sd: "4", f"known:{desk.sd}": "4", f"origin:{desk.sd}": "reported", "version": str(seen)}
    typed |= {f"known:origin:{desk.sd}": "reported"}

    def sent(**more: str) -> dict[str, object]:
        return client.post(desk.url, typed | more, headers={"Accept": "application/json"}).json()

    assert "Changed in another window meanwhile" in sent()["refused"]
    known = {f"known:origin:{desk.sd}": "imputed"}
    assert sent(**known)["newer"] == {f"basis:{desk.sd}": GUESSED[1]}, "with the mark its reason would go, unseen"
    assert "refused" not in sent(**known, **{f"known:basis:{desk.sd}": GUESSED[1]})


@pytest.mark.django_db
def test_what_an_older_window_does_not_know_it_does_not_undo_and_what_it_typed_is_kept(
    desk: Desk, client: Client
) -> None:
    row = desk.sd.rpartition("/")[0]
    desk.fill(desk.first, origins={desk.sd: GUESSED}, sources={desk.sd: "Table 2"})
    sheet = queries.own_sheet(desk.first, desk.study)
    older = str(sheet.version)
    mended = (Origin.IMPUTED, "The median SD of 12 studies")
    workflow.save_entries(desk.first, sheet, {}, origins={desk.sd: mended}, sources={desk.sd: "Table 3"})
    client.force_login(desk.first.user)

    def stands() -> Answer:
        return queries.own_sheet(desk.first, desk.study).answers()[desk.sd]

    def sent(**typed: str) -> dict[str, object]:
        known = {f"known:{desk.sd}": "4", f"known:origin:{desk.sd}": "imputed", f"known:basis:{desk.sd}": GUESSED[1]}
        known |= {f"known:source:{row}": "Table 2", f"known:source:{desk.sd}": "", "version": older}
        return client.post(desk.url, known | typed, headers={"Accept": "application/json"}).json()

    told = sent(**{f"origin:{desk.sd}": "imputed", f"basis:{desk.sd}": "A guess"})
    assert told["newer"] == {f"basis:{desk.sd}": mended[1]}
    assert "there stands “4 (imputed: The median SD of 12 studies) [Table 3]”, here “4 (imputed: A guess)" in str(told)
    there = dict.fromkeys((f"{part}:{desk.sd}" for part in ("document", "page", "quote", "box")), "")
    there[f"source:{desk.sd}"] = "Table 3"  # of this number: the others of its row stand in Table 9 then
    assert sent(**{f"source:{row}": "Table 9"})["newer"] == there
    assert (stands().basis, stands().text) == (mended[1], "Table 3")
    now = queries.own_sheet(desk.first, desk.study).version
    nothing, something = sent(), sent(**{desk.sd: "4.1"})
    assert [(each["stood"], each["version"]) for each in (nothing, something)] == [(now, now), (now, now + 1)]
    assert "refused" not in something, "the number alone was changed here alone"
    assert stands() == Answer(4.1, "Table 3", origin=mended[0], basis=mended[1])
    assert "newer" in sent(**{desk.sd: "4.2", f"known:{desk.sd}": "4.0"})
    assert "refused" not in sent(**{desk.sd: "4.2", f"known:{desk.sd}": "4.10"}), "4.10 is what stands there"
    workflow.save_entries(desk.first, sheet, {}, places={desk.sd: {"page": "4", "quote": "SD 4\nas a median"}})
    at_row = {f"page:{row}": "4", f"quote:{row}": "SD 4", f"known:page:{row}": "4"}
    assert "refused" not in sent(**at_row, **{f"known:quote:{row}": "SD 4\r\nas a median "}), "the form ends lines so"
    plain = {desk.sd: "5", f"origin:{desk.sd}": "imputed", f"basis:{desk.sd}": "A guess", "version": older}
    page = client.post(desk.url, plain)
    text = html.unescape(page.content.decode())
    assert page.status_code == 409
    assert "Another window has changed answers of this page" in text
    assert f'name="{desk.sd}" id="id_{desk.sd}" value="5"' in text
    assert stands().value == 4.2
    again = plain | beside(page)
    assert client.post(desk.url, again).status_code == 409, "nothing is chosen yet"
    assert client.post(desk.url, again | {f"choose:{row}": "here"}).status_code == 302
    assert (stands().value, stands().basis) == (5.0, "A guess"), "who has seen both chooses"


@pytest.mark.django_db
def test_that_only_one_imputed_a_number_is_settled_exported_and_left_out_where_asked(
    desk: Desk, client: Client
) -> None:
    desk.fill(desk.first, origins={desk.sd: GUESSED})
    desk.fill(desk.second)
    desk.submit(desk.first, desk.second)
    (row,) = AgreementForm(queries.sheet_agreement(desk.second, desk.study)).differences()
    assert [side.note for side in row.sides] == [f"imputed: {GUESSED[1]}", ""]
    with pytest.raises(BadInput, match="choose one of the answers"):
        workflow.agree_sheet(desk.second, desk.study, {})
    workflow.agree_sheet(desk.second, desk.study, {desk.sd: Choice(TakenFrom.FIRST)})
    assert desk.agreed() == Answer(4.0, origin=Origin.IMPUTED, basis=GUESSED[1])
    assert Event.unblinded.get(verb="extraction.sheet_agreed").facts["imputed"] == {desk.sd: GUESSED[1]}
    agreed_rows = [row for row in exports.extraction_csv(desk.first) if f"{desk.sd}," in row and ",agreed," in row]
    assert len(agreed_rows) == 1
    assert f",imputed,,{GUESSED[1]}," in agreed_rows[0]
    planned: Analysis = plan(desk.first, desk.outcome, measure="MD")
    (study,) = input_of(planned, agreed(desk.first, [planned])).data["studies"]
    assert [arm.get("imputed") for arm in study["arms"]] == [["sd"], None]


@pytest.mark.django_db
def test_a_third_answer_is_marked_on_the_page_and_its_reason_is_its_basis(desk: Desk, client: Client) -> None:
    desk.fill(desk.first, origins={desk.sd: GUESSED})
    desk.fill(desk.second)
    desk.submit(desk.first, desk.second)
    client.force_login(desk.first.user)
    third = {f"take:{desk.sd}": "third", f"value:{desk.sd}": "4.4", f"reason:{desk.sd}": "Largest SD of the review"}
    client.post(f"{desk.url}agreement/", third | {f"origin:{desk.sd}": "imputed"})
    assert desk.agreed() == Answer(4.4, origin=Origin.IMPUTED, basis="Largest SD of the review")
    assert "imputed: Largest SD of the review" in client.get(f"{desk.url}agreement/").content.decode()
    workflow.reopen_sheet_agreement(desk.first, desk.study)
    client.post(f"{desk.url}agreement/", third | {f"origin:{desk.sd}": "reported", f"reason:{desk.sd}": "Table 2"})
    assert desk.agreed() == Answer(4.4), "the same number was found in the paper"
    workflow.reopen_sheet_agreement(desk.first, desk.study)
    workflow.agree_sheet(desk.first, desk.study, {desk.sd: Choice(TakenFrom.THIRD, "4.5", reason="Table 2")})
    assert desk.agreed() == Answer(4.5)


@pytest.mark.django_db
def test_what_was_combined_of_imputed_parts_before_marks_were_stored_is_marked_by_the_upgrade(desk: Desk) -> None:
    whole = desk.study.arms.first()
    ids = [
        whole.pk,
        *(Arm.objects.create(study=desk.study, name=name, role="other", part_of=whole).pk for name in ("Low", "High")),
    ]
    structure = tuple(ArmOf(pk, f"Arm {pk}", part_of=None if pk == whole.pk else whole.pk) for pk in ids)
    asked = asked_of(Structure(structure, (OutcomeOf(desk.outcome.pk, "Mood", "continuous"),)))
    rows = {ids[1]: {"n": 3, "mean": 2, "sd": 1}, ids[2]: {"n": 3, "mean": 6, "sd": 2}}
    given = {
        f"outcome/{desk.outcome.pk}/arm/{arm}/{name}": Answer(x) for arm, row in rows.items() for name, x in row.items()
    }
    combined = {each.key: Answer(each.value, working=each.working, origin=each.origin) for each in offers(asked, given)}
    part = f"outcome/{desk.outcome.pk}/arm/{ids[2]}"
    sheets = {}
    for guessed in (f"{part}/sd", f"{part}/mean"):
        sheet = sheets[guessed] = Sheet.unblinded.create(study=desk.study, tool="form", member=desk.first, agreed=True)
        for key, answer in (given | combined | {guessed: Answer(given[guessed].value, origin=Origin.IMPUTED)}).items():
            line = sheet.new_line(key)
            line.say(answer)
            line.save()
        sheet.withdrawn_at = sheet.created_at
        sheet.save()
    emptied = Sheet.unblinded.create(
        study=desk.study, tool="form", member=desk.second
    )  # a number whose mark stayed when it went
    for key, answer in combined.items():
        line = emptied.new_line(key)
        line.say(answer)
        line.save()
    Entry.unblinded.create(sheet=emptied, key=f"{part}/n", value=None, origin=Origin.IMPUTED)
    migration = importlib.import_module("extraction.migrations.0011_combined_of_imputed")
    migration.mark(apps, SimpleNamespace(connection=connection))

    def imputed(sheet: Sheet) -> set[str]:
        marked = Entry.unblinded.filter(sheet=sheet, origin=Origin.IMPUTED).exclude(working="")
        return {key.rpartition("/")[2] for key in marked.values_list("key", flat=True)}

    assert imputed(sheets[f"{part}/sd"]) == {"sd"}
    assert imputed(sheets[f"{part}/mean"]) == {"mean", "sd"}
    assert imputed(emptied) == set()
    for sheet in sheets.values():
        assert list(adrift(asked, sheet.answers())) == []
