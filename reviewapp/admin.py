"""What may whoever runs the site do in the administration? Look after people, look at reviews; never at votes."""

from __future__ import annotations

from typing import Any

import allauth.account.admin
import allauth.mfa.admin  # noqa: F401 - both register what is unregistered below
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from reviewapp.models import Review, User

admin.site.site_header = admin.site.site_title = "Reviewapp administration"
admin.site.login = secure_admin_login(admin.site.login)  # one door: rate limits and the second factor hold here too
admin.site.unregister([Group, EmailAddress, Authenticator])


@admin.register(User)
class People(UserAdmin):
    """Accounts: made, renamed, switched off. Nobody is deleted, for votes and trail name them."""

    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    filter_horizontal: tuple[str, ...] = ()
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        ("May", {"fields": ["is_active", "is_staff", "is_superuser"]}),
        ("Since", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]
    readonly_fields = ["last_login", "date_joined"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Review)
class Reviews(admin.ModelAdmin):
    """Which reviews there are. They change by their owners' hand only, so that the trail tells of every change."""

    list_display = ["title", "state", "created_at"]
    search_fields = ["title", "slug"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Authenticator)
class SecondFactors(admin.ModelAdmin):
    """Who has a second factor: taken away from a person who lost it, who then signs in by password and sets up another."""

    list_display = ["user", "type", "last_used_at"]
    fields = readonly_fields = ["user", "type", "created_at", "last_used_at"]  # never the secret

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
