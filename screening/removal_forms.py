"""What may be said when citations are removed before screening?"""

from __future__ import annotations

from django import forms

from screening.models import Removal


class RemovalForm(forms.Form):
    kind = forms.ChoiceField(label="Why they go", choices=Removal.Kind.choices)
    reason = forms.CharField(label="Which tool, or why", max_length=500)
