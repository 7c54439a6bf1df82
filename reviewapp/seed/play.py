"""How does the seed review come to be? Its data are played through the verbs that the pages call, by the role accounts.

Every step looks first whether it has been done, so that a run that was broken off is finished by the next one. The last
step writes the review's note: a review that has its note is whole, and is left alone whatever people did in it since.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from analysis import workflow as analysis
from analysis.models import Analysis
from extraction import workflow as extraction
from extraction.models import Arm, Assessment, Outcome, Sheet, Study, TimePoint
from extraction.schema.answers import Choice, TakenFrom
from reviewapp import workflow
from reviewapp.errors import DomainError
from reviewapp.models import ExclusionReason, Job, Member, Review, Stage
from reviewapp.seed import accounts
from reviewapp.seed.data import export, load
from screening import workflow as screening
from screening.models import Citation, Import, Link, Note, Record, Report, Resolution, Search, Vote

Say = Callable[[str], None]
AUTHORS = ("first", "second")
JOB_SECONDS = 120


def main_review(say: Say) -> Member:
    """The seed review, from the searches to the agreed data; returns its owner. Needs a worker for imports and runs."""
    protocol = load("protocol.json")
    owner = start(protocol["review"], [reason["text"] for reason in protocol["exclusion_reasons"]])
    if owner.review.note:
        return owner
    team = accounts.join(owner)
    outcomes = plan(owner, protocol)
    say("Searches and their export files")
    for search in load("searches/searches.json")["searches"]:
        taken = take_in(owner, search)
        say(f"  {search['source']}: {taken.records.count()} records")
    link_by_hand(team, find_citations(owner.review))
    citations = find_citations(owner.review)
    say(f"Two authors screen {sum(map(len, citations.values()))} citations, an arbiter settles what they disagree on")
    reasons = {reason["id"]: reason["text"] for reason in protocol["exclusion_reasons"]}
    for decision in load("decisions.json")["decisions"]:
        for citation in citations[decision["key"]]:
            decide(team, citation, decision, reasons)
    for study in load("studies.json")["studies"]:
        say(f"Extraction, risk of bias and agreement: {study['label']}")
        extract(team, study, citations, outcomes)
    wait_for_jobs(owner.review, "the analyses")
    workflow.amend_protocol(owner, note=protocol["review"]["note"])
    return owner


def practice_review(say: Say) -> Member:
    """A second review, left half-screened, so that there is something to do; returns its owner."""
    data = load("half_screened.json")
    owner = start(data["review"], data["exclusion_reasons"])
    if owner.review.note:
        return owner
    say("A practice review, left half-screened")
    team = accounts.join(owner)
    taken = take_in(owner, data["search"])
    keys = {each["position"]: each["key"] for each in data["citations"]}
    citations = {keys[link.record.position]: link.citation for link in links(taken)}
    for vote in data["votes"]:
        cast(team, citations[vote["key"]], Stage.TITLE_ABSTRACT, vote)
    workflow.amend_protocol(owner, note=data["review"]["note"])
    return owner


# --- protocol ---------------------------------------------------------------------------------------------------


def start(protocol: dict[str, Any], reasons: Iterable[str]) -> Member:
    """The first author's review of this title, made where it is not there yet; without its note, which is written last."""
    user = accounts.users()["first"]
    found = Member.objects.select_related("review", "user").filter(user=user, review__title=protocol["title"]).first()
    fields = {name: value for name, value in protocol.items() if name in workflow.PROTOCOL and name != "note"}
    return found or workflow.create_review(user, reasons=reasons, is_author=True, **fields)


def plan(owner: Member, protocol: dict[str, Any]) -> dict[str, Outcome]:
    """The outcomes by id, and the analyses planned of them."""
    outcomes = {}
    for data in protocol["outcomes"]:
        fields = {name: data[name] for name in ("name", "kind", "higher_is_better", "note")}
        found = Outcome.objects.filter(review=owner.review, name=data["name"], dropped_at=None).first()
        outcomes[data["id"]] = found or extraction.define_outcome(
            owner, at=time_point(owner, data["time_point"]), **fields
        )
    for data in protocol["analyses"]:
        outcome = outcomes[data["outcome"]]
        if not Analysis.objects.filter(outcome=outcome, dropped_at=None).exists():
            names = ("measure", "method", "model", "preset", "favours_left", "favours_right", "note")
            fields = {name: data[name] for name in names if name in data}
            analysis.plan(owner, outcome, published=data["published"]["text"], **fields)
    return outcomes


def time_point(owner: Member, name: str) -> TimePoint:
    """The review's time point of this name; the published abstract gives no window for it."""
    found = TimePoint.objects.filter(review=owner.review, name=name, dropped_at=None).first()
    return found or extraction.add_time_point(owner, name=name)


# --- records ----------------------------------------------------------------------------------------------------


def take_in(owner: Member, data: dict[str, Any]) -> Import:
    """The search, with its export file taken in by a worker."""
    names = ("kind", "source", "platform", "searched_on", "strategy", "hits", "note")
    search = Search.objects.filter(review=owner.review, source=data["source"], dropped_at=None).first()
    search = search or screening.add_search(owner, **{name: data[name] for name in names})
    taken = Import.objects.filter(search=search, undone_at=None).first()
    if taken is None:
        taken = screening.start_import(owner, search, data["file"].split("/")[-1], [export(data["file"])])
    wait_for_jobs(owner.review, f"the import of {taken.file_name}")
    return taken


def wait_for_jobs(review: Review, what: str) -> None:
    """Wait until nothing is under way in the review. Raises DomainError for a job that failed or does not end."""
    ends = time.monotonic() + JOB_SECONDS
    while Job.objects.filter(review=review, state__in=[Job.State.QUEUED, Job.State.RUNNING]).exists():
        if time.monotonic() > ends:
            raise DomainError(f"Waited {JOB_SECONDS} s for {what}, and it is not done.", todo="Is a worker running?")
        time.sleep(0.1)
    failed = Job.objects.filter(review=review, state=Job.State.FAILED).first()
    if failed:
        raise DomainError(f"A job failed ({failed.kind}): {failed.error}")


def links(taken: Import) -> list[Link]:
    """The standing links of an import's records."""
    return list(Link.objects.filter(record__source=taken, undone_at=None).select_related("record", "citation"))


def record_at(review: Review, place: dict[str, Any]) -> Record:
    """The record at a place such as {"search": "05_psycinfo", "position": 16}."""
    found = Record.objects.filter(review=review, source__file_name=f"{place['search']}.ris", source__undone_at=None)
    return found.get(position=place["position"])


def find_citations(review: Review) -> dict[str, list[Citation]]:
    """The citations of each publication, by its key: one, or two as long as its records are not linked."""
    found = {}
    for each in load("citations.json")["citations"]:
        linked = [Link.objects.get(record=record_at(review, place), undone_at=None) for place in each["records"]]
        found[each["key"]] = list({link.citation_id: link.citation for link in linked}.values())
    return found


def link_by_hand(team: accounts.Team, citations: dict[str, list[Citation]]) -> None:
    """Records of one publication that say too little for a rule are linked by an author."""
    for each in load("decisions.json")["links_by_hand"]:
        for place in each["records"]:
            record = record_at(team["first"].review, place)
            screening.link_record(team[each["by"]], record, citations[each["key"]][0])


# --- selection --------------------------------------------------------------------------------------------------


def decide(team: accounts.Team, citation: Citation, decision: dict[str, Any], reasons: dict[str, str]) -> None:
    """Everything that is decided on one citation, at both stages."""
    for note in decision["notes"]:
        if note["stage"] == Stage.TITLE_ABSTRACT:
            write(team, citation, note)
    cast(team, citation, Stage.TITLE_ABSTRACT, decision["title_abstract"])
    judged = decision["full_text"]
    if not judged:
        return
    retrieve(team["first"], citation, judged)
    if judged["retrieval"] != "retrieved":
        return
    for note in decision["notes"]:
        if note["stage"] == Stage.FULL_TEXT:
            write(team, citation, note)
    cast(team, citation, Stage.FULL_TEXT, judged, reasons)


def cast(
    team: accounts.Team, citation: Citation, stage: str, said: dict[str, Any], reasons: dict[str, str] | None = None
) -> None:
    """The authors' votes at a stage, and the arbiter's resolution where there is one."""
    for author in AUTHORS:
        ballot = said.get(author)
        if ballot and not has_voted(team[author], citation, stage):
            answer, reason = read(ballot, citation.review_id, reasons)
            screening.vote(team[author], citation, stage, answer, reason=reason)
    resolution = said.get("resolution")
    if resolution and not Resolution.objects.filter(citation=citation, stage=stage).exists():
        answer, reason = read(resolution, citation.review_id, reasons)
        screening.resolve(team["arbiter"], citation, stage, answer, reason=reason, comment=resolution["comment"])


def has_voted(member: Member, citation: Citation, stage: str) -> bool:
    return Vote.blind.for_member(member).filter(citation=citation, stage=stage, member=member).exists()


def read(
    ballot: str | dict[str, Any], review: int, reasons: dict[str, str] | None
) -> tuple[str, ExclusionReason | None]:
    """An answer and its reason, from either way in which the data give them."""
    if isinstance(ballot, str):
        return ballot, None
    text = reasons[ballot["reason"]] if reasons and ballot.get("reason") else ""
    return ballot["answer"], ExclusionReason.objects.get(review=review, text=text) if text else None


def write(team: accounts.Team, citation: Citation, note: dict[str, Any]) -> None:
    author = team[note["by"]]
    if not Note.blind.for_member(author).filter(citation=citation, member=author, text=note["text"]).exists():
        screening.add_note(author, citation, note["stage"], note["text"])


def retrieve(member: Member, citation: Citation, judged: dict[str, Any]) -> None:
    """Say of a report that it is at hand, or that it could not be had."""
    if Report.objects.get(citation=citation).state != Report.State.SOUGHT:
        return
    if judged["retrieval"] == "retrieved":
        screening.mark_retrieved(member, citation)
    else:
        screening.not_retrieved(member, citation, judged["comment"])


# --- extraction -------------------------------------------------------------------------------------------------


def extract(
    team: accounts.Team, data: dict[str, Any], citations: dict[str, list[Citation]], outcomes: dict[str, Outcome]
) -> None:
    """One study: its reports and arms, two sheets, two assessments, and what was agreed."""
    owner = team["first"]
    study = Study.objects.filter(review=owner.review, label=data["label"], dropped_at=None).first()
    study = study or extraction.make_study(owner, data["label"], [citations[key][0] for key in data["reports"]])
    arms = {}
    for arm in data["arms"]:
        found = Arm.objects.filter(study=study, name=arm["name"], dropped_at=None).first()
        arms[arm["id"]] = found or extraction.add_arm(
            owner, study, name=arm["name"], role=arm["role"], note=arm.get("note", "")
        )

    def key(named: str) -> str:
        """outcome/secure/arm/tpp/events with the numbers of this review's outcome and this study's arm."""
        parts = named.split("/")
        if parts[0] == "outcome":
            parts[1], parts[3] = str(outcomes[parts[1]].pk), str(arms[parts[3]].pk)
        return "/".join(parts)

    sheets = data["sheets"]
    if not Sheet.blind.for_member(owner).signed().filter(study=study).exists():
        for author in AUTHORS:
            sheet = extraction.start_sheet(team[author], study)
            if sheet.submitted_at:
                continue
            answers = {key(name): answer for name, answer in sheets[author].items()}
            values = {name: answer["value"] for name, answer in answers.items()}
            texts = {name: answer["text"] for name, answer in answers.items()}
            extraction.submit_sheet(team[author], extraction.save_entries(team[author], sheet, values, texts))
        extraction.agree_sheet(owner, study, {key(name): choice(each) for name, each in sheets["choices"].items()})

    bias = data["risk_of_bias"]
    if not Assessment.blind.for_member(owner).signed().filter(study=study).exists():
        for author in AUTHORS:
            assessment = extraction.start_assessment(team[author], study)
            if assessment.submitted_at:
                continue
            judgements = {domain: each["judgement"] for domain, each in bias[author].items()}
            supports = {domain: each["support"] for domain, each in bias[author].items()}
            saved = extraction.save_judgements(team[author], assessment, judgements, supports)
            extraction.submit_assessment(team[author], saved)
        extraction.agree_assessment(owner, study, {domain: choice(each) for domain, each in bias["choices"].items()})


def choice(data: dict[str, Any]) -> Choice:
    """What was chosen where two answers differ."""
    return Choice(
        TakenFrom(data["taken_from"]),
        value=data.get("value", data.get("judgement")),
        text=data.get("text", data.get("support", "")),
        reason=data.get("reason", ""),
    )
