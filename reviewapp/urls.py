"""Which address leads where? The site's map."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
