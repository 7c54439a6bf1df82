"""What does the navigation show, and where do the words of a page lead?"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from reviewapp.models import Member
from reviewapp.templatetags import look


@pytest.mark.django_db
def test_the_navigation_shows_what_is_open_and_where_one_is(owner: Member, first: Member) -> None:
    def shown(member: Member, path: str) -> dict[str, str]:
        context = {"member": member, "request": SimpleNamespace(path=path)}
        return {item["label"]: item["here"] for item in look.review_nav(context)["items"]}

    root = f"/reviews/{owner.review.slug}/"
    assert "Screening" not in shown(owner, root), "the owner is no review author"
    at_home = shown(first, root)
    assert [label for label, here in at_home.items() if here] == ["Home"]
    assert shown(first, f"{root}team/")["Team"] == "page"
    assert shown(first, f"{root}conflicts/full_text/3/")["Screening"] == "true"
    assert shown(first, f"{root}sheets/3/")["Studies"] == "true"


@pytest.mark.django_db
def test_what_an_event_is_about_has_a_page_or_none(owner: Member) -> None:
    context = {"member": owner}
    assert look.page_of(context, "citation/12/full_text") == f"/reviews/{owner.review.slug}/citations/12/"
    assert look.page_of(context, "review/1") == f"/reviews/{owner.review.slug}/protocol/"
    assert look.page_of(context, "invitation/3") == ""
    assert look.page_of(context, "citation/or-so") == ""


@pytest.mark.parametrize(
    ("text", "told"), [("Ash, A., Birch, B. et al.", "Ash, A., Birch, B. et al."), ("Ash", "Ash."), ("", "")]
)
def test_a_list_of_authors_ends_with_one_full_stop(text: str, told: str) -> None:
    assert look.ended(text) == told
