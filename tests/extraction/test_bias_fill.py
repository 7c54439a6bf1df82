"""Is what was judged elsewhere taken into one's own assessment: from another result, or from a CSV of robvis?"""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from extraction import queries, workflow
from extraction.models import Assessment, Outcome, Study
from reviewapp.errors import BadFile, BadInput, WrongState
from reviewapp.models import Member
from tests.extraction import build

pytestmark = pytest.mark.django_db
HEAD = "Study,D1,D2,D3,D4,D5,Overall,Weight\n"


@pytest.fixture
def rob2(owner: Member, first: Member, study: Study, outcome: Outcome) -> str:
    return build.rob2_for(owner, first, [study], outcome)


def client(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def test_answers_on_randomisation_are_taken_over_to_another_result_of_the_study(
    first: Member, study: Study, outcome: Outcome, rob2: str
) -> None:
    other = build.outcome(first, "Depression")
    workflow.describe_studies(first, {study.pk: ("parallel", [outcome.pk, other.pk])})
    into = f"rob2_assignment-{other.pk}"
    build.begun(first, study, rob2, {"1.2": "N", "randomisation": "low", "randomisation.why": "Central"})
    workflow.start_assessment(first, study, into)
    page = client(first).get(reverse("extraction:bias", args=[first.review.slug, study.pk, into])).content.decode()
    assert "as for Secure attachment, after treatment" in page
    address = reverse("extraction:bias-carry", args=[first.review.slug, study.pk, into])
    assert client(first).post(address, {"from": rob2}).status_code == 302
    answers = queries.own_assessment(first, study, into).answers()
    assert {key: answer.value for key, answer in answers.items() if answer.value} == {
        "1.1": "Y",
        "1.2": "N",
        "1.3": "N",
        "randomisation": "low",
        "randomisation.why": "Central",
    }
    assert answers["randomisation"].text == "Page 2."


def test_nothing_is_taken_over_from_what_is_not_ones_own(
    first: Member, second: Member, study: Study, outcome: Outcome, rob2: str
) -> None:
    other = build.outcome(first, "Depression")
    workflow.describe_studies(first, {study.pk: ("parallel", [outcome.pk, other.pk])})
    build.judged(second, study, rob2)
    into = f"rob2_assignment-{other.pk}"
    workflow.start_assessment(first, study, into)
    assert queries.to_carry(first, study, into) == []
    with pytest.raises(BadInput):
        workflow.carry_domain(first, study, into, rob2)


def test_a_csv_of_robvis_fills_in_ones_own_assessments(first: Member, second: Member, study: Study, rob2: str) -> None:
    file = SimpleUploadedFile("robvis.csv", (HEAD + "Murray 2003,Low,Some concerns,Low,Low,High,High,1\n").encode())
    address = reverse("extraction:bias-import", args=[first.review.slug])
    assert client(first).post(address, {"key": rob2, "file": file}).status_code == 302
    answers = queries.own_assessment(first, study, rob2).answers()
    assert {key: answer.value for key, answer in answers.items()} == {
        "randomisation": "low",
        "deviations": "some concerns",
        "missing_data": "low",
        "measurement": "low",
        "reporting": "high",
        "overall": "high",
    }
    assert not Assessment.blind.for_member(second).exists()


def test_a_file_that_is_too_large_says_what_to_do(first: Member, study: Study, rob2: str) -> None:
    with pytest.raises(BadFile, match="has 1000001 bytes; such a table has at most 1000000") as told:
        workflow.import_judgements(first, rob2, "robvis.csv", b" " * 1_000_001)
    assert "one line for each study" in told.value.todo


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"Study,D1\n", "Line 1: RoB 2"),
        (HEAD.encode(), "there is no study in it"),
        (
            (HEAD + "Nobody 1999,Low,Low,Low,Low,Low,Low,1\n").encode(),
            "no study of this name: line 2, “Nobody 1999”. Nothing was stored",
        ),
        (
            (HEAD + "Murray 2003,Low,Low,Low,Low,Low,Low,1\n" * 2).encode(),
            "Murray 2003 stands there twice, in lines 2 and 3",
        ),
        (
            (HEAD + "Murray 2003,Low,Low,Low,Low,Low,Low,1\nmurray  2003,Low,Low,Low,Low,Low,Low,1\n").encode(),
            "Murray 2003 stands there twice",
        ),
        ((HEAD + "x" * 9000 + ",Low,Low,Low,Low,Low,Low,1\n").encode(), "line 2, “x{60}”"),
        (
            b"\xef\xbb\xbf" + HEAD.encode() + b"Murray 2003,Low,Low,No information,Low,Low,Low,1\n",
            r"Line 2, column 4 \(D3\)",
        ),
        (
            (HEAD + "Murray 2003,Fine,Low,Low,Low,Low,Low,1\n").encode(),
            r"Line 2, column 2 \(D1\): “Fine” is no judgement",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words_and_nothing_is_begun(
    data: bytes, told: str, first: Member, study: Study, rob2: str
) -> None:
    with pytest.raises(BadFile, match=told):
        workflow.import_judgements(first, rob2, "robvis.csv", data)
    assert not Assessment.unblinded.exists()


def test_capitals_and_blanks_in_a_studys_name_do_not_matter_where_one_study_alone_is_meant(
    first: Member, second: Member, study: Study, rob2: str
) -> None:
    line = "murray  2003,Low,Low,Low,Low,Low,Low,1\n"
    [filled] = workflow.import_judgements(first, rob2, "robvis.csv", (HEAD + line).encode())
    assert filled.study == study
    build.study((first, second), "MURRAY 2003")
    with pytest.raises(BadFile, match="no study of this name: line 2, “murray  2003”"):
        workflow.import_judgements(first, rob2, "robvis.csv", (HEAD + line).encode())


def test_what_a_file_replaces_is_told(first: Member, study: Study, rob2: str) -> None:
    build.begun(first, study, rob2, {"randomisation": "high"})
    file = SimpleUploadedFile("robvis.csv", (HEAD + "Murray 2003,Low,Low,NA,Low,Low,Low,1\n").encode())
    address = reverse("extraction:bias-import", args=[first.review.slug])
    text = client(first).post(address, {"key": rob2, "file": file}, follow=True).content.decode()
    assert "1 judgement of yours was otherwise before, and is replaced: in Murray 2003." in text
    assert queries.own(first, Assessment, study, rob2).answers()["missing_data"].value == "low", "NA leaves what stands"


def test_what_is_submitted_is_not_overwritten_by_a_file(first: Member, study: Study, rob2: str) -> None:
    build.judged(first, study, rob2)
    with pytest.raises(WrongState, match="Your assessment of Murray 2003 is submitted"):
        workflow.import_judgements(
            first, rob2, "robvis.csv", (HEAD + "Murray 2003,High,Low,Low,Low,Low,High,1\n").encode()
        )
