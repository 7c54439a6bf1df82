"""What do people meet on the pages of the ground floor?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from extraction import workflow as extraction
from reviewapp import audit, workflow
from reviewapp.models import ChainLink, Invitation, Job, Member, Review, Role, User
from screening import workflow as screening
from tests import build

pytestmark = pytest.mark.django_db


def browser(person: Member | User | None = None) -> Client:
    client = Client()
    if person:
        client.force_login(person if isinstance(person, User) else person.user)
    return client


def page(client: Client, name: str, *args: object, query: str = "", status: int = 200) -> str:
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == status
    return answer.content.decode()


# --- coming in -------------------------------------------------------------------------------------------------


def test_the_first_page_says_what_this_is_and_how_to_get_in() -> None:
    told = page(browser(), "home")
    assert "forest plot" in told
    assert reverse("account_login") in told
    assert reverse("account_signup") in told


def test_a_person_signs_up_with_a_name_and_is_shown_by_it() -> None:
    client = browser()
    sent = {"name": "Nina New", "email": "Nina@Example.org", "password1": build.PASSWORD}
    answer = client.post(reverse("account_signup"), sent, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("home")
    assert "Nina New" in answer.content.decode()
    assert User.objects.get(email="nina@example.org").check_password(build.PASSWORD)


def test_a_person_signs_in_by_address_and_password_and_out_again(first: Member) -> None:
    client = browser()
    sent = {"login": first.user.email, "password": build.PASSWORD}
    assert client.post(reverse("account_login"), sent)["Location"] == reverse("home")
    assert first.review.title in page(client, "home")
    client.post(reverse("account_logout"))
    assert first.review.title not in page(client, "home")


def test_a_wrong_password_does_not_tell_whether_the_address_is_known(first: Member) -> None:
    told = []
    for address in (first.user.email, "nobody@example.org"):
        answer = browser().post(reverse("account_login"), {"login": address, "password": "wrong"})
        told.append(answer.context["form"].errors.as_text())
    assert told[0] == told[1] != ""


def test_where_no_mail_is_sent_a_forgotten_password_says_whom_to_ask() -> None:
    told = page(browser(), "account_reset_password")
    assert "manage.py changepassword" in told
    assert '<input type="email"' not in told


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_change_password", "mfa_index"])
def test_pages_of_the_account_stand_in_the_frame_of_the_site(name: str, first: Member) -> None:
    told = page(browser(first) if name in ("account_change_password", "mfa_index") else browser(), name)
    assert 'class="brand"' in told
    assert told.count("<h1") == 1


def test_every_page_carries_a_strict_policy_and_no_inline_script(first: Member) -> None:
    answer = browser(first).get(reverse("review-home", args=[first.review.slug]))
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "style=" not in answer.content.decode()


# --- the protocol ----------------------------------------------------------------------------------------------


def edited(client: Client, member: Member, **change: str) -> dict[str, str]:
    """What the edit page would send, with these changes."""
    form = client.get(reverse("protocol-edit", args=[member.review.slug])).context["form"]
    shown = {name: str(form[name].value() or "") for name in form.fields}
    return shown | {"seen": form.seen} | change


def test_an_owner_changes_the_protocol_and_everybody_reads_it(owner: Member, observer: Member) -> None:
    client = browser(owner)
    sent = edited(
        client, owner, population="Mothers and infants", reason_agreement="ignore", small_study_tests_from="5"
    )
    client.post(reverse("protocol-edit", args=[owner.review.slug]), sent)
    workflow.set_reasons(owner, ["Not randomised", "Wrong comparison"])
    told = page(browser(observer), "protocol", owner.review.slug)
    assert "Mothers and infants" in told
    assert told.index("Not randomised") < told.index("Wrong comparison")
    assert "For any reasons" in told
    assert "from 5 studies in an analysis on" in told
    assert "Change the protocol" not in told


def test_of_two_owners_at_once_the_second_is_told_and_loses_no_text(owner: Member, first: Member) -> None:
    workflow.change_role(owner, first, Role.OWNER, is_author=True)
    slow, fast = browser(owner), browser(first)
    sent = edited(slow, owner, population="Typed slowly")
    fast.post(reverse("protocol-edit", args=[owner.review.slug]), edited(fast, owner, population="Typed fast"))
    answer = slow.post(reverse("protocol-edit", args=[owner.review.slug]), sent)
    assert answer.status_code == 422
    assert "was changed after you opened this page" in answer.content.decode()
    assert "Typed slowly" in answer.content.decode()
    assert Review.objects.get(pk=owner.review_id).population == "Typed fast"


def test_a_review_is_closed_and_opened_again(owner: Member, first: Member) -> None:
    client = browser(owner)
    client.post(reverse("review-close", args=[owner.review.slug]))
    told = page(client, "review-home", owner.review.slug)
    assert "can be read, but not changed" in told
    refused = browser(first).get(reverse("screening:desk", args=[owner.review.slug, "title_abstract"]))
    assert (refused.status_code, "This review is closed" in refused.content.decode()) == (409, True)
    client.post(reverse("review-reopen", args=[owner.review.slug]))
    assert browser(first).get(reverse("screening:desk", args=[owner.review.slug, "title_abstract"])).status_code == 200


# --- the team --------------------------------------------------------------------------------------------------


def test_owners_alone_see_the_links_by_which_one_joins(owner: Member, first: Member) -> None:
    browser(owner).post(
        reverse("team-invite", args=[owner.review.slug]), {"role": "reviewer", "is_author": "on", "for_whom": "Dana"}
    )
    link = reverse("invitation", args=[Invitation.objects.get(for_whom="Dana").token])
    assert f"http://testserver{link}" in page(browser(owner), "team", owner.review.slug)
    assert link not in page(browser(first), "team", owner.review.slug)
    assert "Dana" not in page(browser(first), "team", owner.review.slug)


def test_an_invitation_for_no_known_role_is_refused_at_its_field(owner: Member) -> None:
    answer = browser(owner).post(reverse("team-invite", args=[owner.review.slug]), {"role": "king"})
    assert answer.status_code == 422
    assert "king is not one of the available choices" in answer.content.decode()


def test_the_last_owner_is_told_why_they_cannot_leave(owner: Member) -> None:
    answer = browser(owner).post(reverse("team-leave", args=[owner.review.slug, owner.pk]))
    assert answer.status_code == 422
    assert "Make another member owner first." in answer.content.decode()


def test_a_member_leaves_and_finds_the_review_no_more(owner: Member, first: Member) -> None:
    client = browser(first)
    assert "Leave the review?" in page(client, "team-leave", first.review.slug, first.pk)
    client.post(reverse("team-leave", args=[first.review.slug, first.pk]))
    told = page(client, "home")
    assert "has left" in told
    assert reverse("review-home", args=[first.review.slug]) not in told
    page(client, "review-home", first.review.slug, status=404)
    assert "(left)" in page(browser(owner), "team", owner.review.slug)


def test_a_team_of_many_takes_as_many_queries_as_a_small_one(
    owner: Member, django_assert_num_queries: Callable
) -> None:
    client = browser(owner)
    page(client, "team", owner.review.slug)
    with django_assert_num_queries(6):
        page(client, "team", owner.review.slug)
    for name in ("Dora", "Emil", "Fritz"):
        build.member(owner, Role.REVIEWER, name)
        workflow.invite(owner, Role.REVIEWER)
    with django_assert_num_queries(6):
        page(client, "team", owner.review.slug)


# --- invitations -----------------------------------------------------------------------------------------------


def test_a_newcomer_signs_up_from_an_invitation_and_comes_back_to_it(owner: Member) -> None:
    invitation = workflow.invite(owner, Role.REVIEWER)
    here = reverse("invitation", args=[invitation.token])
    client = browser()
    told = page(client, "invitation", invitation.token)
    assert owner.review.title in told
    assert f"{reverse('account_signup')}?next={here}" in told
    sent = {"name": "Nina New", "email": "nina@example.org", "password1": build.PASSWORD, "next": here}
    answer = client.post(reverse("account_signup"), sent)
    assert answer["Location"] == here
    assert "Join as Nina New" in page(client, "invitation", invitation.token)
    assert client.post(here)["Location"] == reverse("review-home", args=[owner.review.slug])
    assert client.post(here)["Location"] == reverse("review-home", args=[owner.review.slug])
    assert owner.review.members.filter(user__name="Nina New", role=Role.REVIEWER).count() == 1


def test_a_spent_link_says_so_to_others_and_leads_its_member_on(owner: Member, outsider: User) -> None:
    invitation = workflow.invite(owner, Role.REVIEWER)
    workflow.accept(outsider, invitation.token)
    answer = browser(outsider).get(reverse("invitation", args=[invitation.token]))
    assert answer["Location"] == reverse("review-home", args=[owner.review.slug])
    assert "Ask the person who sent it" in page(browser(), "invitation", invitation.token, status=409)
    assert "does not exist" in page(browser(), "invitation", "guessed", status=404)


def test_an_invitation_is_asked_for_in_the_letters_of_its_token_alone() -> None:
    assert browser().get("/invitations/%00/").status_code == 404  # which PostgreSQL could not even look for


# --- the trail -------------------------------------------------------------------------------------------------


def test_the_trail_is_read_page_by_page_and_nothing_is_left_out(owner: Member) -> None:
    for number in range(60):
        workflow.amend_protocol(owner, note=f"note number {number}")
    client = browser(owner)
    newest = client.get(reverse("trail", args=[owner.review.slug])).context["page"]
    older = client.get(reverse("trail", args=[owner.review.slug]) + f"?before={newest.older}").context["page"]
    assert (len(newest.events), older.older) == (50, None)
    assert len({event.pk for event in newest.events + older.events}) == 60 + 2
    assert newest.events[-1].pk > older.events[0].pk


def test_the_trail_is_narrowed_to_a_verb_or_a_thing(owner: Member, first: Member) -> None:
    one, two = build.citations(owner, 2)
    for citation in (one, two):
        screening.vote(first, citation, "title_abstract", "include")
    client = browser(first)
    by_verb = client.get(reverse("trail", args=[owner.review.slug]) + "?verb=screening.voted").context["page"]
    assert [event.verb for event in by_verb.events] == ["screening.voted"] * 2
    about = client.get(reverse("trail", args=[owner.review.slug]) + f"?about=citation/{one.pk}")
    assert [event.subject for event in about.context["page"].events] == [f"citation/{one.pk}/title_abstract"]
    assert reverse("screening:citation", args=[owner.review.slug, one.pk]) in about.content.decode()


def test_a_number_in_other_digits_than_addresses_have_opens_no_page(owner: Member) -> None:
    assert "Only about citation ٣" in page(browser(owner), "trail", owner.review.slug, query="?about=citation/٣")


@pytest.mark.parametrize("query", ["?before=x", "?verb=no.such", "?before=-1", "?about=" + "x" * 200, "?before=1%00"])
def test_a_mistyped_address_shows_the_trail_from_its_start(owner: Member, query: str) -> None:
    assert "Created" in page(browser(owner), "trail", owner.review.slug, query=query)


def test_my_sealed_vote_is_marked_until_the_verdict_opens_it(owner: Member, first: Member, second: Member) -> None:
    (citation,) = build.citations(owner, 1)
    screening.vote(first, citation, "title_abstract", "include")
    assert "only you see this" in page(browser(first), "trail", owner.review.slug)
    assert "Voted" not in page(browser(second), "trail", owner.review.slug, query="?about=citation")
    screening.vote(second, citation, "title_abstract", "include")
    assert "only you see this" not in page(browser(first), "trail", owner.review.slug)


def test_the_trail_takes_as_many_queries_for_many_events_as_for_few(
    owner: Member, django_assert_num_queries: Callable
) -> None:
    client = browser(owner)
    page(client, "trail", owner.review.slug)
    with django_assert_num_queries(7):
        page(client, "trail", owner.review.slug)
    for number in range(5):
        workflow.amend_protocol(owner, note=str(number))
    with django_assert_num_queries(7):
        page(client, "trail", owner.review.slug)


def test_a_check_of_the_chain_says_that_it_is_whole(owner: Member, jobs_now: Callable[[], int]) -> None:
    audit.seal(owner.review)
    client = browser(owner)
    client.post(reverse("trail-check", args=[owner.review.slug]))
    jobs_now()
    assert "The chain is whole." in page(client, "trail", owner.review.slug)


def test_a_check_of_the_chain_says_where_it_was_touched(
    owner: Member, jobs_now: Callable[[], int], lifted: Callable
) -> None:
    audit.seal(owner.review)
    with lifted():
        ChainLink.objects.filter(review=owner.review, position=1)._raw_delete(using="default")
    client = browser(owner)
    client.post(reverse("trail-check", args=[owner.review.slug]))
    jobs_now()
    assert "The chain is broken at link 1" in page(client, "trail", owner.review.slug)


# --- jobs, refusals, health ------------------------------------------------------------------------------------


def test_a_job_is_asked_after_until_it_ends(owner: Member) -> None:
    job = Job.objects.create(
        review=owner.review, member=owner, kind="x", state="running", done=3, total=4, message="3 of 4"
    )
    address = reverse("job", args=[owner.review.slug, job.pk])
    client = browser(owner)
    running = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" in running
    assert 'value="3" max="4"' in running
    assert "<html" not in running
    assert "<html" in client.get(address).content.decode()
    Job.objects.filter(pk=job.pk).update(state="failed", error="Line 7 cannot be read.")
    ended = client.get(address, headers={"HX-Request": "true"})
    assert "hx-get" not in ended.content.decode()
    assert "Line 7 cannot be read." in ended.content.decode()
    assert ended["HX-Trigger"] == "job-finished"


def test_a_refusal_is_a_page_or_a_part_of_one(first: Member) -> None:
    address = reverse("protocol-edit", args=[first.review.slug])
    whole = browser(first).get(address)
    assert (whole.status_code, "Not yours to do" in whole.content.decode()) == (403, True)
    part = browser(first).get(address, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Retarget"]) == (403, "#live")
    assert "<html" not in part.content.decode()


def test_a_refused_form_leads_back_to_its_page_and_nowhere_else(owner: Member) -> None:
    address = reverse("protocol-edit", args=[owner.review.slug])
    asked = reverse("extraction:tool-begin", args=[owner.review.slug])
    page = f"http://testserver{address}"
    there = browser(owner).post(asked, {"name": ""}, headers={"Referer": page})
    assert there.status_code == 422
    assert f'href="{page}" data-back' in there.content.decode()
    for strange in ("", "https://elsewhere.example/", "javascript:alert(1)"):
        assert (
            "data-back" not in browser(owner).post(asked, {"name": ""}, headers={"Referer": strange}).content.decode()
        )


def test_a_form_that_was_not_ours_is_refused_in_words(first: Member) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(first.user)
    answer = client.post(reverse("team-leave", args=[first.review.slug, first.pk]))
    assert (answer.status_code, "This form is out of date" in answer.content.decode()) == (403, True)


def test_an_address_that_leads_nowhere_says_so() -> None:
    answer = browser().get("/reviews/")
    assert (answer.status_code, "There is no such page" in answer.content.decode()) == (404, True)


def test_health_is_one_word() -> None:
    assert page(browser(), "healthz") == "ok\n"
    assert browser().head(reverse("healthz")).status_code == 200, "as a page asks before it sends off what was typed"


# --- what no database keeps ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (ValueError("A string literal cannot contain NUL (0x00) characters."), "Our\0 label"),  # as psycopg says
        (OverflowError("Python int too large to convert to SQLite INTEGER"), str(10**20)),  # as sqlite3 does
    ],
)
def test_what_no_database_keeps_is_refused_by_the_name_of_its_field(
    owner: Member, monkeypatch: pytest.MonkeyPatch, error: Exception, sent: str
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("screening.workflow.create_label", refused)
    address, client = reverse("screening:add-label", args=[owner.review.slug]), browser(owner)
    answer = client.post(address, {"name": sent})
    assert answer.status_code == 422
    assert "What was sent as “name” holds a character that no text has" in answer.content.decode()
    with pytest.raises(type(error)):
        client.post(address, {"name": "Our label"})


def test_a_number_beyond_all_numbers_names_nothing(first: Member) -> None:
    extraction.add_time_point(first, name="Six months")
    address = reverse("extraction:outcome-define", args=[first.review.slug])
    answer = browser(first).post(address, {"name": "Mood", "kind": "continuous", "times": str(10**20)})
    assert answer.status_code == 422
