"""How does a number come from what the paper gives? Taken as it is offered, with its working; what was read stays beside it."""

from __future__ import annotations

from django.db import transaction

from extraction import queries
from extraction.models import Sheet, Study
from extraction.schema import Answer
from extraction.schema.answers import Source
from extraction.schema.convert.offers import Offer, offers
from extraction.workflow.common import locked_study
from extraction.workflow.said import told as in_words
from extraction.workflow.sheets import locked_own, refuse_seen, subject
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import Stale, WrongState
from reviewapp.models import Member


def convert(member: Member, study: Study, *refs: str) -> Sheet:
    """Take offered numbers on one's own sheet, all or none. Raises Stale when what they rest on has changed since."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        study = locked_study(member, study)
        mine = queries.own_sheet(member, study)
        if mine is None:
            raise WrongState("You have no sheet here.", todo="Start on the study's page.")
        sheet = locked_own(member, mine)
        if sheet.submitted_at:
            raise WrongState("This sheet is submitted.", todo="Reopen it first, then change it.")
        opened = queries.opened(sheet)
        found = offers(opened.asked, sheet.answers())
        about = subject(study, Sheet, queries.FORM)
        for offer in [offered(found, ref) for ref in refs or ("",)]:
            audit.record(member, "extraction.number_converted", about, sealed=True, **taken(opened, offer))
    return sheet


def taken(opened: queries.Opened, offer: Offer) -> dict[str, str]:
    """Write one offered number into its cell; what the trail is to tell of it."""
    sheet = opened.sheet
    line = sheet.lines.filter(key=offer.key).first() or sheet.new_line(offer.key)
    before = line.answer
    answer = Answer(offer.value, before.text, "", before.source or place_of(offer, sheet), offer.working, offer.origin)
    refuse_seen(sheet, [(line, answer)], {field.key: field for field in opened.asked.fields})
    sheet.version += 1
    sheet.save(update_fields=["version"])
    line.say(answer)
    line.version, line.form_number = sheet.version, opened.version.number
    line.save()
    return {"key": offer.key, "before": in_words(before), "after": in_words(answer), "working": offer.told_how}


def offered(found: list[Offer], ref: str) -> Offer:
    """The offer that was shown. Raises Stale."""
    offer = next((each for each in found if each.ref == ref), None)
    if offer is None:
        raise Stale(
            "The numbers have changed since this was offered, and nothing was converted.",
            todo="Look at what the sheet offers now.",
        )
    return offer


def place_of(offer: Offer, sheet: Sheet) -> Source | None:
    """Where the numbers of its row were read."""
    places = (line.place for line in sheet.lines.all() if line.key.startswith(f"{offer.row}/"))
    return next((place for place in places if place), None)
