"""How does the desk mark the review's terms in a text?"""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from screening.terms import Marker

register = template.Library()


@register.filter
def marked(text: str, marker: Marker | str | None) -> SafeString | str:
    """The text with its terms in <mark>, each kind with a class of its own. Without terms: the text."""
    if not isinstance(marker, Marker):
        return text
    pieces = (
        format_html('<mark class="term-{}">{}</mark>', kind, piece) if kind else piece
        for piece, kind in marker.parts(text)
    )
    return format_html_join("", "{}", ((piece,) for piece in pieces))
