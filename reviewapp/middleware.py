"""How does a domain error become a page?"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from reviewapp.errors import BadInput, DomainError


def wants_json(request: HttpRequest) -> bool:
    """Whether a script of ours asks, which says so in its Accept header."""
    return request.headers.get("Accept") == "application/json"


def came_from(request: HttpRequest) -> str:
    """The page of ours whose form was refused, to go back to and correct it."""
    page = request.headers.get("Referer", "")
    ours = request.method == "POST" and url_has_allowed_host_and_scheme(page, {request.get_host()})
    return page if ours else ""


FORM_ALONE = {
    "title": "Nothing to read here",
    "message": "This address takes what a form sends, and has no page of its own.",
    "todo": "Nothing was changed.",
}


UNKEPT = re.compile(r"\0|^\s*[-+]?\d{10,}\s*$")  # a text with NUL, a whole number that may have more than 32 bits
log = logging.getLogger(__name__)


def about_unkept(request: HttpRequest) -> BadInput | None:
    """What to say of a request that failed where a database refuses a text or a number; None where no field holds one of that sort."""
    fields = [*request.GET.lists(), *request.POST.lists()]
    field = next((name for name, values in fields if any(UNKEPT.search(each) for each in [name, *values])), None)
    if field is None:
        return None
    told = f"What was sent as “{field}” holds a character that no text has (NUL), or a number that is too great."
    told = told.replace("\0", "")
    return BadInput(told, todo="Type it anew: it may have come along with what was pasted.")


def page_above(path: str) -> str:
    """The nearest address above one that is none to read, such as the sheet above the address that submits it; empty where that is the home
    of the review, or the first page: they are led to anyway."""
    while (path := path.rstrip("/").rpartition("/")[0] + "/") != "/":
        try:
            found = resolve(path)
        except Resolver404:
            continue
        return "" if found.view_name == "review-home" else path
    return ""


class DomainErrors:
    """Show a DomainError as a page, as a fragment in the live region when htmx asked, or as JSON to a script that wants that."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET" and not request.htmx and not wants_json(request):
            told = render(request, "error.html", {"error": FORM_ALONE, "page": page_above(request.path)}, status=405)
            told["Allow"] = response["Allow"]
            return told
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, (DataError, ValueError, OverflowError)) and (refused := about_unkept(request)):
            log.warning("answered as what no database keeps: %s", request.path, exc_info=error)
            error = refused
        if not isinstance(error, DomainError):
            return None
        if wants_json(request):
            return JsonResponse({"told": error.message, "todo": error.todo}, status=error.status)
        template = "components/_error.html" if request.htmx else "error.html"
        response = render(request, template, {"error": error, "back": came_from(request)}, status=error.status)
        if request.htmx:
            response["HX-Retarget"] = "#live"
            response["HX-Reswap"] = "innerHTML"
        return response
