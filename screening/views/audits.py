"""What do the pages of audits do? A sample of automatic links is drawn and judged, pair by pair, and says how often rules were wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from reviewapp.access import Can, for_member, may
from reviewapp.errors import Stale
from reviewapp.models import Member
from screening import queries, workflow
from screening.models import Audit, Judged
from screening.team_forms import AuditForm
from screening.views.common import PAGE, csv_line, downloaded, named
from screening.views.side_by_side import beside

LOG = ("place", "link", "record", "other record", "rule and evidence", "answer", "who", "when")
SIZE = 200  # none wrong of so many: at most 1.8 % are, with 95 % confidence


@require_GET
@for_member(Can.READ)
def audits(request: HttpRequest, member: Member) -> HttpResponse:
    return show_all(request, member)


def show_all(request: HttpRequest, member: Member, *, status: int = 200, form: AuditForm | None = None) -> HttpResponse:
    found = queries.audits(member)
    pool = queries.links_by_rules(member).count()
    context = {
        "member": member,
        "audits": found,
        "pool": pool,
        "under_way": any(each.state == "under way" for each in found),
        "form": form or AuditForm(initial={"size": min(SIZE, pool)}),
        "may_import": may(member, Can.IMPORT),
        "methods": queries.audit_methods(member, found),
    }
    return render(request, "screening/audits.html", context, status=status)


@require_POST
@for_member(Can.IMPORT)
def draw(request: HttpRequest, member: Member) -> HttpResponse:
    form = AuditForm(request.POST)
    if not form.is_valid():
        return show_all(request, member, status=422, form=form)
    made = workflow.draw_audit(member, form.cleaned_data["size"], form.cleaned_data["seed"])
    return redirect("screening:audit", member.review.slug, made.pk)


@require_GET
@for_member(Can.IMPORT)
def audit(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    return show(request, member, queries.audit(member, pk))


def show(request: HttpRequest, member: Member, found: Audit) -> HttpResponse:
    """The next link of a sample, or that all are judged."""
    waiting = queries.to_judge(member, found)
    here, left = waiting.first(), waiting.count()
    context: dict[str, Any] = {
        "member": member,
        "audit": found,
        "judged": here,
        "left": left,
        "answered": found.size - left,
        "last": queries.last_judged(member, found),
    }
    if here:
        homes = queries.homes(member, [here.link.record_id, here.other_id])
        at = homes.get(here.link.record_id), homes.get(here.other_id)
        context |= beside(here.link.record, here.other, at, here.link.evidence or here.link.get_rule_display())
    return render(request, "screening/_audit.html" if request.htmx else "screening/audit.html", context)


def onward(request: HttpRequest, member: Member, found: Audit) -> HttpResponse:
    """After an answer: the next link, swapped in or by redirect."""
    if request.htmx:
        return show(request, member, found)
    return redirect("screening:audit", member.review.slug, found.pk)


@require_POST
@for_member(Can.IMPORT)
def judge(request: HttpRequest, member: Member, pk: int, judged: int) -> HttpResponse:
    found = queries.audit(member, pk)
    here = queries.one(queries.judged(member, found), pk=judged)
    try:
        workflow.judge_link(member, here, request.POST.get("answer", ""))
    except Stale as told:  # somebody was faster: nothing to mend, the next one is what is wanted
        messages.warning(request, f"{told.message} {told.todo}")
        return onward(request, member, found)
    said = Judged.Answer(request.POST["answer"]).label
    messages.success(request, f"{said}: {named(here.link.record.title)}")
    return onward(request, member, found)


@require_POST
@for_member(Can.IMPORT)
def undo(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.audit(member, pk)
    last = queries.last_judged(member, found)
    if last is None:
        raise Stale("You have judged no link of this sample.")
    workflow.withdraw_judgement(member, last)
    messages.info(request, "Your last answer is taken back.")
    return onward(request, member, found)


@require_POST
@for_member(Can.IMPORT)
def withdraw(request: HttpRequest, member: Member, pk: int, judged: int) -> HttpResponse:
    found = queries.audit(member, pk)
    workflow.withdraw_judgement(member, queries.one(queries.judged(member, found), pk=judged))
    return redirect("screening:audit-answers", member.review.slug, pk)


@require_POST
@for_member(Can.IMPORT)
def drop(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.drop_audit(member, queries.audit(member, pk))
    return redirect("screening:audits", member.review.slug)


@require_POST
@for_member(Can.IMPORT)
def restore(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.restore_audit(member, queries.audit(member, pk))
    return redirect("screening:audits", member.review.slug)


@require_GET
@for_member(Can.READ)
def answers(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.audit(member, pk)
    said = queries.judged(member, found).exclude(answer="").order_by("-answer", "place")  # the wrong ones first
    page = Paginator(said, PAGE).get_page(request.GET.get("page"))
    context = {"member": member, "audit": found, "page": page, "may_import": may(member, Can.IMPORT)}
    return render(request, "screening/audit_answers.html", context)


@require_GET
@for_member(Can.READ)
def answers_csv(request: HttpRequest, member: Member, pk: int) -> StreamingHttpResponse:
    found = queries.audit(member, pk)
    return downloaded(log_lines(member, found), f"{member.review.slug}-sample-{found.pk}.csv")


def log_lines(member: Member, found: Audit) -> Iterator[str]:
    yield csv_line(LOG)
    for each in queries.judged(member, found).order_by("place"):
        when = each.at.isoformat(timespec="seconds") if each.at else ""
        why = each.link.evidence or each.link.get_rule_display()
        ends = (each.place, each.link_id, each.link.record_id, each.other_id)
        yield csv_line((*ends, why, each.answer, each.member or "", when))
