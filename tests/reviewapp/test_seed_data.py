"""Do the seed review's records and decisions agree with each other, with the review's facts, and with what they say they are?"""

import json
import re
from collections import Counter
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from screening.dedupe.decisions import decide
from screening.dedupe.normalise import Record
from screening.dedupe.rules import Outcome
from screening.formats import ParsedRecord, read

pytestmark = pytest.mark.pure

SEED = Path(__file__).parents[2] / "reviewapp" / "seed"
STAND_IN = "stand-in: not from the review's own search"
EIGHT = {
    "Cicchetti 1999a": {"cicchetti-1999", "cicchetti-2000", "toth-2006"},
    "Cicchetti 2006b": {"cicchetti-2006", "cicchetti-2011", "stronach-2013"},
    "Cohen 1999b": {"cohen-1999", "cohen-1999-erratum", "cohen-2002"},
    "Lieberman 1991": {"lieberman-1991"},
    "Murray 2003": {"cooper-2003", "murray-2003"},
    "Robert-Tissot 1996": {"robert-tissot-1996"},
    "Salomonsson 2011": {"salomonsson-2011a", "salomonsson-2011b"},
    "Sleed 2013": {"sleed-2013"},
}
GO = {"include", "maybe"}


@cache
def load(name: str) -> Any:
    return json.loads((SEED / name).read_text(encoding="utf-8"))


@cache
def records() -> dict[tuple[str, int], ParsedRecord]:
    """Every record of every search, by search and position."""
    return {
        (search["id"], record.position): record
        for search in load("searches/searches.json")["searches"]
        for record in read((SEED / search["file"]).read_bytes(), search["file"]).records
    }


def citations() -> dict[str, Any]:
    return {each["key"]: each for each in load("citations.json")["citations"]}


def decisions() -> dict[str, Any]:
    return {each["key"]: each for each in load("decisions.json")["decisions"]}


def places(citation: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each["search"], each["position"]) for each in citation["records"]]


def key_in(raw: str) -> str:
    found = re.findall(r"Seed key: ([a-z0-9-]+)\.", raw)
    assert len(found) == 1, raw
    return str(found[0])


# --- searches and records ---------------------------------------------------------------------------------------


def test_nine_databases_one_register_and_two_other_methods_were_searched() -> None:
    kinds = [search["kind"] for search in load("searches/searches.json")["searches"]]
    assert kinds == ["database"] * 9 + ["register"] + ["other"] * 2


def test_hits_are_the_records_of_our_file_and_the_note_says_what_they_are_not() -> None:
    for search in load("searches/searches.json")["searches"]:
        assert search["hits"] == sum(place[0] == search["id"] for place in records())
        assert "Not the review's search result" in search["note"]
        assert "araphrase" in search["strategy"]
        assert search["searched_on"] == (None if search["kind"] == "other" else "2014-01-13")


def test_every_record_is_read_whole_and_stands_where_its_citation_says() -> None:
    known = {place: key for key, each in citations().items() for place in places(each)}
    assert known.keys() == records().keys()
    for place, record in records().items():
        citation = citations()[known[place]]
        assert key_in(record.raw) == citation["key"]
        assert record.problems == ()
        assert bare(record.title) == bare(citation["title"])
        assert record.year == citation["year"]
        assert record.doi in ("", citation["doi"].lower())
        assert record.pmid in ("", citation["pmid"])


def bare(title: str) -> str:
    return re.sub(r"\W+", " ", title).strip().casefold()


def test_no_record_has_an_abstract_and_every_stand_in_says_that_it_is_one() -> None:
    for place, record in records().items():
        stand_in = citations()[key_in(record.raw)]["study"] is None
        assert record.abstract.startswith("[Description, not the abstract] "), place
        assert len(record.abstract) < 320, place
        assert "not the review's search result" in record.raw, place
        assert (STAND_IN in record.keywords) == stand_in, place


def test_every_publication_is_of_before_the_search() -> None:
    assert all(each["year"] is None or 1960 < each["year"] <= 2013 for each in citations().values())


def test_no_two_publications_share_an_identifier() -> None:
    for name in ("doi", "pmid"):
        values = [each[name].lower() for each in citations().values() if each[name]]
        assert len(values) == len(set(values))


def test_dois_that_hold_a_serial_item_identifier_have_its_check_character() -> None:
    """ANSI/NISO Z39.56-1996: modulus 37 over the identifier with its hyphen, weights 3 and 1 from the right."""
    serial = [each["doi"] for each in citations().values() if ";2-" in each["doi"]]
    checked = [doi.removeprefix("10.1002/").removeprefix("(SICI)") for doi in serial]
    assert len(checked) == 4
    for text in checked:
        weighed = sum(value_of(mark) * (3, 1)[place % 2] for place, mark in enumerate(reversed(text[:-1])))
        assert value_of(text[-1]) == -weighed % 37, text


def value_of(mark: str) -> int:
    return int(mark, 36) if mark.isalnum() else 36


# --- duplicates -------------------------------------------------------------------------------------------------


def groups(citation: dict[str, Any]) -> list[set[tuple[str, int]]]:
    """The citation's records, joined by equal DOI or PubMed id."""
    joined: list[set[tuple[str, int]]] = []
    for place in places(citation):
        touching = [group for group in joined if any(same(place, other) for other in group)]
        joined = [group for group in joined if group not in touching] + [{place}.union(*touching)]
    return joined


def same(one: tuple[str, int], other: tuple[str, int]) -> bool:
    a, b = records()[one], records()[other]
    return bool((a.doi and a.doi == b.doi) or (a.pmid and a.pmid == b.pmid))


def test_records_of_a_publication_meet_by_identifier_or_by_their_fields_but_for_the_one_linked_by_hand() -> None:
    by_identifier = {key for key, each in citations().items() if len(groups(each)) == 1}
    assert len(citations()) - len(by_identifier) == 7
    known = {place: key for key, each in citations().items() for place in places(each)}
    found = decide(said(place, record) for place, record in records().items())
    clusters = [{known[place] for place in cluster} for cluster in found.clusters]
    assert all(len(keys) == 1 for keys in clusters), "two publications would be taken for one"
    counts = Counter(key for keys in clusters for key in keys)
    by_hand = {link["key"]: link for link in load("decisions.json")["links_by_hand"]}
    assert {key for key, count in counts.items() if count > 1} == by_hand.keys()
    for key, link in by_hand.items():
        assert link["records"] == citations()[key]["records"]
    assert [{known[each.a], known[each.b]} for each in found.having(Outcome.ASK) if known[each.a] not in by_hand] == [
        {"cohen-1999", "cohen-1999-erratum"}
    ]


def said(place: tuple[str, int], record: ParsedRecord) -> Record:
    """A record as de-duplication compares it."""
    names = [each.name for each in fields(Record) if each.name != "id"]
    return Record(id=place, **{name: getattr(record, name) for name in names})


def test_there_are_duplicates_by_doi_alone_by_pubmed_id_alone_and_records_with_neither() -> None:
    pairs = [
        (one, other) for each in citations().values() for one in places(each) for other in places(each) if one < other
    ]
    by_doi = [pair for pair in pairs if records()[pair[0]].doi and records()[pair[0]].doi == records()[pair[1]].doi]
    by_pmid = [pair for pair in pairs if same(*pair) and pair not in by_doi]
    neither = [place for place, record in records().items() if not record.doi and not record.pmid]
    assert len(by_doi) > 50
    assert len(by_pmid) >= 4
    assert len(neither) >= 10


def test_most_reports_of_included_studies_come_from_several_databases() -> None:
    counts = {key: len(each["records"]) for key, each in citations().items() if each["study"]}
    assert [key for key, count in counts.items() if count == 1] == ["cohen-1999-erratum"]


# --- decisions --------------------------------------------------------------------------------------------------


def test_every_citation_is_decided_and_nothing_else_is() -> None:
    assert decisions().keys() == citations().keys()
    assert all(bool(each["label"]) == (citations()[key]["study"] is None) for key, each in decisions().items())


@pytest.mark.parametrize("key", sorted(each["key"] for each in load("decisions.json")["decisions"]))
def test_a_conflict_has_a_resolution_and_only_a_conflict_has_one(key: str) -> None:
    decision = decisions()[key]
    first = decision["title_abstract"]
    goes_on = first["first"] in GO
    assert {first["first"], first["second"]} <= GO | {"exclude"}
    if (first["first"] in GO) == (first["second"] in GO):
        assert first["resolution"] is None
    else:
        assert first["resolution"]["comment"]
        goes_on = first["resolution"]["answer"] == "include"
    assert decision["final"] == (full_text(decision["full_text"]) if goes_on else "excluded at title and abstract")
    assert goes_on == (decision["full_text"] is not None)


def full_text(stage: dict[str, Any]) -> str:
    """What the full text comes to; checks its votes on the way."""
    if stage["retrieval"] == "not_retrieved":
        assert stage["comment"]
        assert stage["first"] is stage["second"] is stage["resolution"] is None
        return "not retrieved"
    votes = [vote for vote in (stage["first"], stage["second"], stage["resolution"]) if vote]
    for vote in votes:
        assert (vote["answer"] == "exclude") == (vote["reason"] in reasons())
    in_conflict = stage["first"] != stage["second"]
    assert in_conflict == (stage["resolution"] is not None)
    assert not in_conflict or stage["resolution"]["comment"]
    return "included" if votes[-1]["answer"] == "include" else "excluded at full text"


def reasons() -> list[str]:
    return [each["id"] for each in load("protocol.json")["exclusion_reasons"]]


def test_the_included_are_the_eight_studies_and_their_reports() -> None:
    included = {key for key, each in decisions().items() if each["final"] == "included"}
    assert included == set().union(*EIGHT.values())
    assert {each["label"]: set(each["reports"]) for each in load("studies.json")["studies"]} == EIGHT
    assert {key: each["study"] for key, each in citations().items() if each["study"]} == {
        key: label for label, keys in EIGHT.items() for key in keys
    }


def test_the_authors_disagree_at_both_stages_also_about_the_reason() -> None:
    at_first = [each for each in decisions().values() if each["title_abstract"]["resolution"]]
    later = [
        each["full_text"] for each in decisions().values() if each["full_text"] and each["full_text"]["resolution"]
    ]
    other_reason = [stage for stage in later if stage["first"]["answer"] == stage["second"]["answer"] == "exclude"]
    assert len(at_first) >= 10
    assert {each["title_abstract"]["resolution"]["answer"] for each in at_first} == {"include", "exclude"}
    assert len(other_reason) >= 2
    assert len(later) - len(other_reason) >= 2


def test_notes_are_of_a_review_author_at_a_stage_that_the_citation_reaches() -> None:
    notes = [(each, note) for each in decisions().values() for note in each["notes"]]
    assert len(notes) >= 5
    for decision, note in notes:
        assert note["by"] in {"first", "second"}
        assert note["text"]
        assert decision[note["stage"]], decision["key"]


# --- protocol ---------------------------------------------------------------------------------------------------


def test_seven_reasons_stand_in_an_order_and_six_outcomes_are_planned() -> None:
    protocol = load("protocol.json")
    assert len(set(reasons())) == 7
    assert len(protocol["outcomes"]) == len(protocol["analyses"]) == 6
    for outcome, analysis in zip(protocol["outcomes"], protocol["analyses"], strict=True):
        assert analysis["outcome"] == outcome["id"]
        expected = ("RR", "MH") if outcome["kind"] == "dichotomous" else ("SMD", "IV")
        assert (analysis["measure"], analysis["method"]) == expected
        assert (analysis["favours_right"] == "Favours psychotherapy") == outcome["higher_is_better"]


def test_the_published_results_are_the_same_in_both_files_and_in_words() -> None:
    published = {each["id"]: each["published"] for each in load("published.json")["outcomes"]}
    assert published == {each["id"]: each["published"] for each in load("protocol.json")["analyses"]}
    for result in published.values():
        numbers = f"{result['effect']:.2f} ({result['low']:.2f} to {result['high']:.2f})"
        assert numbers in result["text"]
        assert result["status"] == "published"
        assert len(result["text"]) <= 200
        assert result["low"] < result["effect"] < result["high"]


def test_accounts_are_roles_and_the_two_authors_vote() -> None:
    accounts = load("protocol.json")["accounts"]
    assert {each["id"]: (each["role"], each["is_author"]) for each in accounts} == {
        "first": ("owner", True),
        "second": ("reviewer", True),
        "arbiter": ("arbiter", False),
        "observer": ("observer", False),
    }
    assert all(each["email"].endswith("@example.org") for each in accounts)


# --- the practice review ----------------------------------------------------------------------------------------


def test_the_practice_review_is_forty_stand_ins_left_half_screened() -> None:
    practice = load("half_screened.json")
    found = read((SEED / practice["search"]["file"]).read_bytes(), practice["search"]["file"]).records
    keys = [each["key"] for each in practice["citations"]]
    assert len(keys) == len(set(keys)) == practice["search"]["hits"] == len(found) == 40
    assert [key_in(record.raw) for record in found] == keys
    assert [record.position for record in found] == [each["position"] for each in practice["citations"]]
    assert all(citations()[key]["study"] is None for key in keys)
    votes = {each["key"]: (each["first"], each["second"]) for each in practice["votes"]}
    assert votes.keys() <= set(keys)
    assert sum(first is not None for first, _ in votes.values()) == 20
    assert sum(second is not None for _, second in votes.values()) == 13
    both = [pair for pair in votes.values() if None not in pair]
    assert sum((first in GO) != (second in GO) for first, second in both) == 4
