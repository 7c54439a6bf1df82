"""Is what somebody wrote still there when it is refused, with why, beside the field?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from reviewapp.workflow import amend_protocol
from screening import workflow
from screening.models import Label
from tests import build
from tests.screening.test_views import at, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def post(owner):
    """Sends a form as the owner; gives the page that says why it was not taken."""
    client = sign_in(owner)

    def sent(path: str, **fields: object) -> str:
        answer = client.post(at(owner, path), fields)
        assert answer.status_code == 422, path
        page = answer.text
        assert "Please check what was entered" not in page, "the form's own page, not one that only refuses"
        return page

    return sent


def test_a_reason_that_is_there_already_is_refused_where_it_was_written(post, review):
    added = post("reasons/add/", text="WRONG population", group="People")
    assert 'value="WRONG population"' in added
    assert 'value="People"' in added
    assert "“Wrong population” is there already. Merge the two instead." in added
    reason = review.exclusion_reasons.get(text="Not randomised")
    renamed = post(f"reasons/{reason.pk}/change/", text="wrong population", group="Design")
    assert 'value="wrong population"' in renamed
    assert f'aria-describedby="why-{reason.pk}"' in renamed
    assert '<details class="reason-change" open>' in renamed


def test_a_label_and_the_terms_are_kept_as_they_were_written(post, owner):
    one, _ = (workflow.create_label(owner, name) for name in ("Twins", "Triplets"))
    changed = post(f"labels/{one.pk}/change/", name="triplets", colour="teal")
    assert 'value="triplets"' in changed
    assert "There is a label “Triplets” already. Merge the two, if they mean the same." in changed
    new = post("labels/add/", name="x" * 61, colour=Label.Colour.OCHRE)
    assert "x" * 61 in new
    assert '<option value="ochre" selected>' in new
    terms = post("protocol/terms/", include="twin*\nsleep", exclude="sleep")
    assert "twin*\nsleep</textarea>" in terms.replace("\r", "")
    assert "“sleep” stands in both lists." in terms


def test_a_pair_a_round_and_an_override_are_refused_at_their_forms(post, owner, first, second, review):
    amend_protocol(owner, gate_level=0.6)
    pair = post("sharing/title_abstract/pairs/", first=first.pk, second=first.pk)
    assert "A pair is two different members." in pair
    assert f'<option value="{first.pk}" selected>' in pair
    drawn = post("pilot/title_abstract/start/", members=[first.pk, second.pk], size=7, seed="kiwi")
    assert "There are only 0 citations on which nobody has voted. Draw fewer." in drawn
    assert 'value="kiwi"' in drawn
    override = post("pilot/title_abstract/override/", reason="So.")
    assert ">So.</textarea>" in override
    assert "Say in a sentence why screening begins all the same" in override


def test_a_try_on_a_day_to_come_is_refused_at_its_report(post, owner, first, second):
    citation, _ = build.citations(owner, 2)
    build.agreed((first, second), citation, "title_abstract")
    tomorrow = timezone.localdate() + timedelta(days=1)
    page = post(f"reports/{citation.pk}/tried/", way="author", tried_on=tomorrow.isoformat(), text="Wrote to them")
    assert "this day is still to come" in page
    assert 'value="Wrote to them"' in page
    assert '<option value="author" selected>' in page
    assert f'value="{tomorrow.isoformat()}"' in page
