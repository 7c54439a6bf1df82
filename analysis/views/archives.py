"""What do the pages of the whole review's archives do? Ask for one, and take it."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from analysis import queries
from analysis.workflow import archiving
from reviewapp import files
from reviewapp.access import Can, for_member
from reviewapp.models import Member


@require_http_methods(["GET", "POST"])
@for_member(Can.ARCHIVE)
def archives(request: HttpRequest, member: Member) -> HttpResponse:
    if request.method == "POST":
        archiving.make_archive(member)
        return redirect("analysis:archives", member.review.slug)
    return render(request, "analysis/archives.html", {"member": member, "archives": queries.archives(member)[:50]})


@require_GET
@for_member(Can.ARCHIVE)
def archive_file(request: HttpRequest, member: Member, pk: int) -> FileResponse:
    found = queries.archive(member, pk)
    name = f"{member.review.slug[:60]}-whole-{found.created_at:%Y-%m-%d}-{found.sha256[:8]}.zip"
    return FileResponse(files.path_of(found.sha256).open("rb"), as_attachment=True, filename=name)
