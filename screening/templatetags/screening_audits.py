"""How do pages write a share?"""

from __future__ import annotations

from django import template

from screening.queries.audits import percent

register = template.Library()
register.filter("percent", percent)
