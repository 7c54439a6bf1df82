"""What do people enter on the ground floor, and how is it checked? Forms validate; verbs save."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row
from django import forms
from django.forms.models import model_to_dict
from django.http import HttpRequest

from reviewapp import workflow
from reviewapp.audit import canonical, sha256
from reviewapp.models import GateMeasure, Review, Role, User


class SignUp(forms.Form):
    """The fields that signing up asks for besides e-mail address and password."""

    name = forms.CharField(
        label="Your name",
        max_length=150,
        help_text="As the other members will see it.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        workflow.introduce(user, self.cleaned_data["name"])


ELIGIBILITY = ("include_criteria", "exclude_criteria", "reasons")
VOTES = [(2, "Two, blind to each other"), (1, "One")]


class Protocol(forms.ModelForm):
    """What a review asks, whom it includes, why it excludes, and how many votes a citation needs."""

    reasons = forms.CharField(
        label="Reasons for exclusion at full text",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="One a line, in order: of several that apply, the first is chosen.",
    )
    votes_title_abstract = forms.TypedChoiceField(
        label="Votes per citation, title and abstract", choices=VOTES, coerce=int, initial=2
    )
    votes_full_text = forms.TypedChoiceField(label="Votes per report, full text", choices=VOTES, coerce=int, initial=2)

    class Meta:
        model = Review
        fields = [
            "title",
            "question",
            "population",
            "intervention",
            "comparison",
            "outcomes",
            "include_criteria",
            "exclude_criteria",
            "reasons",
            "votes_title_abstract",
            "votes_full_text",
            "reason_agreement",
            "note",
        ]
        labels = {"include_criteria": "Studies are included if", "exclude_criteria": "Studies are excluded if"}
        widgets = {
            "title": forms.TextInput(),
            "reason_agreement": forms.RadioSelect,
            **{name: forms.Textarea(attrs={"rows": 2}) for name in ("question", "population", "intervention")},
            **{name: forms.Textarea(attrs={"rows": 2}) for name in ("comparison", "outcomes", "note")},
            **{name: forms.Textarea(attrs={"rows": 5}) for name in ("include_criteria", "exclude_criteria")},
        }

    @property
    def helper(self) -> FormHelper:
        """The order on the page: question and PICO, eligibility, who decides."""
        helper = FormHelper()
        helper.form_tag, helper.disable_csrf = False, True
        helper.layout = Layout(
            Fieldset("The question", "title", "question"),
            Row(Column("population"), Column("intervention"), css_class="row-cols-1 row-cols-md-2"),
            Row(Column("comparison"), Column("outcomes"), css_class="row-cols-1 row-cols-md-2"),
            Fieldset("Eligibility", *[name for name in ELIGIBILITY if name in self.fields]),
            Fieldset(
                "Who decides",
                *[name for name in self.fields if name.startswith(("votes", "reason_a")) or name == "is_author"],
            ),
            "note",
        )
        return helper

    def clean_reasons(self) -> list[str]:
        reasons = [line.strip() for line in self.cleaned_data["reasons"].splitlines() if line.strip()]
        longest = max(reasons, key=len, default="")
        if len(longest) > 200:
            raise forms.ValidationError(f"A reason has at most 200 characters; shorten “{longest[:40]}…”.")
        return reasons


class NewReview(Protocol):
    """A protocol, and whether its owner is a review author too."""

    is_author = forms.BooleanField(
        label="I am a review author too",
        required=False,
        initial=True,
        help_text="Review authors vote on citations, extract data and judge risk of bias.",
    )


class AmendedProtocol(Protocol):
    """A protocol as one owner left it. Refused when another owner changed it after this page was opened.

    Reasons for exclusion have a page of their own, where one is renamed or merged without losing what it was chosen for.
    """

    reasons = None

    class Meta(Protocol.Meta):
        conflicts = ["blind_resolver", "voter_may_resolve", "settle_together"]
        pilot = ["gate_measure", "gate_level"]
        synthesis = ["small_study_tests_from"]
        fields = [*(name for name in Protocol.Meta.fields if name != "reasons"), *conflicts, *pilot, *synthesis]

    why = forms.CharField(
        label="Why it is changed",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept with the date in the versions of the protocol. Needed when the eligibility criteria change.",
    )
    gate_measure = forms.ChoiceField(
        label="The agreement of a pilot is judged by", choices=GateMeasure.choices, required=False
    )

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.layout.insert(-1, Fieldset("Conflicts", *self.Meta.conflicts))
        helper.layout.insert(-1, Fieldset("Pilot", *self.Meta.pilot))
        helper.layout.insert(-1, Fieldset("Synthesis", *self.Meta.synthesis))
        helper.layout.append("why")
        return helper

    def clean_gate_measure(self) -> str:
        return self.cleaned_data["gate_measure"] or self.initial["gate_measure"]

    def clean_small_study_tests_from(self) -> int:
        given: int | None = self.cleaned_data["small_study_tests_from"]
        return self.initial["small_study_tests_from"] if given is None else given

    def __init__(self, review: Review, data: Any = None) -> None:
        now = model_to_dict(review, self.Meta.fields)
        self.seen = sha256(canonical(now))
        super().__init__(data, initial=now)
        self.fields["small_study_tests_from"].required = False

    def clean(self) -> dict[str, Any]:
        if self.data.get("seen") != self.seen:
            raise forms.ValidationError(
                "The protocol was changed after you opened this page. Your text is kept below. "
                "Compare it with the protocol page, and save again if it should stand."
            )
        found = super().clean()
        for name in ("include_criteria", "exclude_criteria"):
            before = self.initial[name]
            if before and name in found and found[name] != before and not found.get("why"):
                self.add_error("why", "The criteria are changed: say why, for those who read the review.")
                break
        return found


class Standing(forms.Form):
    """What a member is in the review."""

    role = forms.ChoiceField(choices=Role.choices, initial=Role.REVIEWER)
    is_author = forms.BooleanField(label="Review author", required=False, initial=True)


class Invite(Standing):
    """Whom a new invitation is for, and as what they will join."""

    for_whom = forms.CharField(
        label="For whom", max_length=150, required=False, help_text="A reminder for you. Whoever has the link can join."
    )
    field_order = ["for_whom", "role", "is_author"]


class TrailFilter(forms.Form):
    """Which part of the trail to show."""

    verb = forms.ChoiceField(label="What happened", required=False)
    about = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput())
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput())

    def __init__(self, data: Any, verbs: list[str]) -> None:
        super().__init__(data)
        self.fields["verb"].choices = [("", "Everything"), *((verb, verb) for verb in verbs)]
