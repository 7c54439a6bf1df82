"""What answers on the ground floor? Protocol, team, invitations, the trail and the jobs of a review."""

from __future__ import annotations

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from reviewapp import access, forms, jobs, queries, workflow
from reviewapp.access import Can, for_member
from reviewapp.keys import KEYS
from reviewapp.models import Member
from reviewapp.signed_out import signed_in
from reviewapp.versions import versions


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the web process and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


@require_http_methods(["GET", "POST"])
def without_mail(request: HttpRequest) -> HttpResponse:
    """Stands in for the pages that would send mail, where no mail is sent."""
    return render(request, "reviewapp/without_mail.html")


# --- the protocol ----------------------------------------------------------------------------------------------


@require_GET
@for_member(Can.READ)
def protocol(request: HttpRequest, member: Member) -> HttpResponse:
    context = {"member": member, "reasons": queries.reasons(member)}
    return render(request, "reviewapp/protocol.html", context)


@require_GET
@for_member(Can.READ)
def protocol_versions(request: HttpRequest, member: Member) -> HttpResponse:
    return render(request, "reviewapp/versions.html", {"member": member, "versions": versions(member)})


@require_http_methods(["GET", "POST"])
@for_member(Can.MANAGE)
def edit_protocol(request: HttpRequest, member: Member) -> HttpResponse:
    form = forms.AmendedProtocol(member.review, request.POST or None)
    if form.is_valid():
        workflow.amend_protocol(member, **form.cleaned_data)
        messages.success(request, "The protocol is saved. The trail keeps what stood before.")
        return redirect("protocol", member.review.slug)
    status = 422 if form.errors else 200
    return render(request, "reviewapp/protocol_edit.html", {"member": member, "form": form}, status=status)


@require_POST
@for_member(Can.MANAGE)
def close(request: HttpRequest, member: Member) -> HttpResponse:
    workflow.close(member)
    messages.success(request, "The review is closed. It can be read, but not changed.")
    return redirect("protocol", member.review.slug)


@require_POST
@for_member(Can.REOPEN)
def reopen(request: HttpRequest, member: Member) -> HttpResponse:
    workflow.reopen(member)
    messages.success(request, "The review is open again.")
    return redirect("protocol", member.review.slug)


# --- the team --------------------------------------------------------------------------------------------------


@require_GET
@for_member(Can.READ)
def team(request: HttpRequest, member: Member) -> HttpResponse:
    return show_team(request, member, forms.Invite())


def show_team(request: HttpRequest, member: Member, form: forms.Invite, status: int = 200) -> HttpResponse:
    context = {
        "member": member,
        "team": queries.team(member),
        "form": form,
        "invitations": queries.open_invitations(member),
        "roles": access.by_role(),
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "reviewapp/team.html", context, status=status)


@require_POST
@for_member(Can.MANAGE)
def invite(request: HttpRequest, member: Member) -> HttpResponse:
    form = forms.Invite(request.POST)
    if not form.is_valid():
        return show_team(request, member, form, status=422)
    workflow.invite(member, **form.cleaned_data)
    messages.success(request, "The invitation is made. Copy its link and pass it on.")
    return redirect("team", member.review.slug)


@require_POST
@for_member(Can.MANAGE)
def revoke(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.revoke(member, queries.invitation(member, pk))
    messages.success(request, "The invitation is taken back. Its link no longer works.")
    return redirect("team", member.review.slug)


@require_http_methods(["GET", "POST"])
@for_member(Can.MANAGE)
def change_role(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    other = queries.colleague(member, pk)
    form = forms.Standing(request.POST or None, initial={"role": other.role, "is_author": other.is_author})
    if form.is_valid():
        workflow.change_role(member, other, **form.cleaned_data)
        messages.success(request, f"The role of {other} is saved.")
        return redirect("team", member.review.slug)
    context = {"member": member, "other": other, "form": form}
    return render(request, "reviewapp/role.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_member(Can.READ)
def leave(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    other = queries.colleague(member, pk)
    if other != member:
        access.require(member, Can.MANAGE)
    if request.method == "POST":
        workflow.leave(member, other)
        messages.success(request, f"{other} has left “{member.review}”.")
        return redirect("home") if other == member else redirect("team", member.review.slug)
    return render(request, "reviewapp/leave.html", {"member": member, "other": other})


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind an invitation's link. Signed out it asks to sign in or up first, and is come back to."""
    if request.method == "POST":
        return join(request, token=token)
    found, member = queries.invited(request.user, token)
    if member:
        return redirect("review-home", member.review.slug)
    return render(request, "reviewapp/invitation.html", {"invitation": found})


@signed_in
def join(request: HttpRequest, token: str) -> HttpResponse:
    member = workflow.accept(request.user, token)
    messages.success(request, f"Welcome to “{member.review}”.")
    return redirect("review-home", member.review.slug)


# --- the trail and the jobs ------------------------------------------------------------------------------------


@require_GET
@for_member(Can.READ)
def trail(request: HttpRequest, member: Member) -> HttpResponse:
    form = forms.TrailFilter(request.GET, verbs=queries.trail_verbs(member))
    page = queries.trail_page(member, **(form.cleaned_data if form.is_valid() else {}))
    context = {"member": member, "form": form, "page": page, "check": queries.last_check(member)}
    return render(request, "reviewapp/trail.html", context)


@require_POST
@for_member(Can.READ)
def check_trail(request: HttpRequest, member: Member) -> HttpResponse:
    jobs.enqueue(member, "reviewapp.check_trail")
    return redirect("trail", member.review.slug)


@require_GET
@for_member(Can.READ)
def job(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.job(member, pk)
    template = "components/_job.html" if request.htmx else "reviewapp/job.html"
    response = render(request, template, {"member": member, "job": found})
    if found.is_finished and request.htmx:
        response["HX-Trigger"] = "job-finished"
    return response


@require_POST
@for_member(Can.READ)
def start_again(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.start_again(member, queries.job(member, pk))
    return redirect("job", member.review.slug, pk)


@require_http_methods(["GET", "POST"])
@signed_in
def keys(request: HttpRequest) -> HttpResponse:
    """The single keys that this person uses on pages."""
    if request.method == "POST":
        reset = "reset" in request.POST
        workflow.set_keys(request.user, {} if reset else request.POST, on=reset or "on" in request.POST)
        messages.success(request, "Your keys are kept.")
        return redirect("keys")
    mine = request.user.keys
    rows = [(key, does, mine.get(key, key)) for key, does in KEYS.items()]
    return render(request, "reviewapp/keys.html", {"keys": mine, "rows": rows})
