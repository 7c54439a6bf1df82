"""What becomes of a form that is sent when nobody is signed in any more, or with the token of an earlier sign-in? It comes back, to be sent again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from reviewapp.middleware import came_from, wants_json

READING = {"GET", "HEAD", "OPTIONS"}
TOKEN = "csrfmiddlewaretoken"
View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """Let those who are signed in pass; ask the others to sign in, and keep what they entered. So too where a page's script sends for somebody else."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        of = request.headers.get("X-Page-Of", str(request.user.pk))
        is_theirs = request.user.is_authenticated and of == str(request.user.pk)
        return view(request, *args, **kwargs) if is_theirs else ask_to_sign_in(request)

    return wrapped


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and from there to what was asked for. A form cannot be sent by way of it, and is handed back instead.

    Scripts know by the redirection that nobody is signed in, and keep what they have.
    """
    if request.htmx:
        context = {"next": came_back_to(request), "reading": request.method in READING}
        answer = render(request, "components/_signed_out.html", context, status=401)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#live", "innerHTML"
        return answer
    if request.method in READING or wants_json(request):
        return redirect_to_login(request.get_full_path())
    return handed_back(request, status=401)


def out_of_date(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a form whose token does not fit. A form of ours is handed back with one that does; of what came from elsewhere nothing is repeated."""
    account = request.path.startswith((reverse("home") + "accounts/", reverse("admin:index")))
    if account or wants_json(request) or request.htmx or not is_ours(request):
        return render(request, "403_csrf.html", status=403)
    return handed_back(request, status=403)


def is_ours(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this site sent the form."""
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    return request.headers.get("Origin") in ours


def handed_back(request: HttpRequest, status: int) -> HttpResponse:
    """A page that holds what was entered, and sends it again to where it was meant for."""
    entered = [(name, value) for name, values in request.POST.lists() if name != TOKEN for value in values]
    context = {
        "entered": entered,
        "files": bool(request.FILES),
        "next": came_back_to(request),
        "back": came_from(request),
    }
    return render(request, "handed_back.html", context, status=status)


def came_back_to(request: HttpRequest) -> str:
    """The page to be on after signing in in another window."""
    return came_from(request) or reverse("home")
