"""How do tests come by reviews, citations and studies? By the verbs that the views call, with values filled in."""

from __future__ import annotations

import time
from typing import Any

from django.utils.text import slugify

from reviewapp import jobs, workflow
from reviewapp.models import Job, Member, User
from screening import workflow as screening
from screening.models import Citation, Import, Search

PASSWORD = "correct horse battery"
REASONS = ("Wrong population", "Wrong intervention", "Wrong comparison", "Not randomised")


def user(name: str) -> User:
    """A person with an account; the address follows from the name."""
    return User.objects.create_user(f"{slugify(name)}@example.org", PASSWORD, name=name)


def review(owner: User | None = None, *, is_author: bool = False, **protocol: Any) -> Member:
    """A review with a protocol; returns its owner."""
    protocol.setdefault("title", "Parent-infant psychotherapy")
    protocol.setdefault("question", "Does parent-infant psychotherapy help parents and infants?")
    reasons = protocol.pop("reasons", REASONS)
    return workflow.create_review(owner or user("Olga Owner"), reasons=reasons, is_author=is_author, **protocol)


def member(owner: Member, role: str, name: str, *, is_author: bool = True) -> Member:
    """A new person who joins the owner's review in this role, by an invitation."""
    invitation = workflow.invite(owner, role, is_author=is_author)
    return workflow.accept(user(name), invitation.token)


# --- screening --------------------------------------------------------------------------------------------------


def ris(*records: dict[str, object]) -> bytes:
    """A RIS file of these records; keys are tags (TI, AU, PY, DO, AN ...), a list repeats its tag."""
    lines = []
    for record in records:
        lines.append("TY  - JOUR")
        for tag, values in record.items():
            lines += [f"{tag}  - {value}" for value in (values if isinstance(values, list) else [values])]
        lines.append("ER  - ")
    return ("\r\n".join(lines) + "\r\n").encode()


def search(member: Member, *, kind: str = "database", source: str = "MEDLINE", **details: Any) -> Search:
    return screening.add_search(member, kind=kind, source=source, **details)


def imported(
    member: Member, data: bytes, *, into: Search | None = None, name: str = "export.ris", **options: Any
) -> Import:
    """An import that is done: its job is run in this process."""
    taken = screening.start_import(member, into or search(member), name, [data], **options)
    jobs.perform(taken.job_id)
    while (job := Job.objects.get(pk=taken.job_id)).state == Job.State.RUNNING:
        time.sleep(0.05)  # a real worker was faster
    taken.refresh_from_db()
    assert taken.completed_at, job.error
    return taken


def citations(member: Member, count: int = 3, **options: Any) -> list[Citation]:
    """So many citations at title and abstract, taken in from one file; no others of before are among them."""
    earlier = Import.objects.count()
    rows = [
        {
            "TI": f"Trial number {n} of infants",
            "AU": [f"Author{n}, A.", "Second, B."],
            "PY": 2000 + n % 20,
            "JO": "J Trials",
            "AB": f"What came of care for infants, told for trial {n}.",
            "AN": f"{earlier}-{n}",
        }
        for n in range(1, count + 1)
    ]
    taken = imported(member, ris(*rows), **options)
    return list(Citation.objects.filter(links__record__source=taken).order_by("pk"))


def agreed(
    voters: tuple[Member, Member], citation: Citation, stage: str, answer: str = "include", **options: Any
) -> None:
    """Both members vote alike."""
    for voter in voters:
        screening.vote(voter, citation, stage, answer, **options)


def at_full_text(voters: tuple[Member, Member], owner: Member, citation: Citation) -> None:
    """The citation is included at title and abstract, and its report is at hand."""
    agreed(voters, citation, "title_abstract")
    screening.mark_retrieved(owner, citation)
