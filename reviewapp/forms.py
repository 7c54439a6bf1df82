"""What do people enter on the ground floor, and how is it checked? Forms validate; verbs save."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest

from reviewapp.models import User


class SignUp(forms.Form):
    """The fields that signing up asks for besides e-mail address and password."""

    name = forms.CharField(label="Your name", max_length=150, help_text="As the other members will see it.")
    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
