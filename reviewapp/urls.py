"""Which address leads where? The site's map."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from reviewapp import dashboard, views

in_review = [
    path("", dashboard.review_home, name="review-home"),
    path("waiting/", dashboard.waiting, name="review-waiting"),
    path("protocol/", views.protocol, name="protocol"),
    path("protocol/versions/", views.protocol_versions, name="protocol-versions"),
    path("protocol/edit/", views.edit_protocol, name="protocol-edit"),
    path("protocol/close/", views.close, name="review-close"),
    path("protocol/reopen/", views.reopen, name="review-reopen"),
    path("team/", views.team, name="team"),
    path("team/invite/", views.invite, name="team-invite"),
    path("team/invitations/<int:pk>/revoke/", views.revoke, name="team-revoke"),
    path("team/<int:pk>/role/", views.change_role, name="team-role"),
    path("team/<int:pk>/leave/", views.leave, name="team-leave"),
    path("trail/", views.trail, name="trail"),
    path("trail/check/", views.check_trail, name="trail-check"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("jobs/<int:pk>/again/", views.start_again, name="start-job-again"),
    path("", include("screening.urls")),
    path("", include("extraction.urls")),
    path("", include("analysis.urls")),
]

without_mail = [  # what allauth does by mail is answered in words where no mail is sent
    path("accounts/password/reset/", views.without_mail, name="account_reset_password"),
    path("accounts/email/", views.without_mail, name="account_email"),
]

urlpatterns = [
    path("", dashboard.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("keys/", views.keys, name="keys"),
    path("new-review/", dashboard.new_review, name="review-new"),
    path("invitations/<slug:token>/", views.invitation, name="invitation"),
    path("reviews/<slug:slug>/", include(in_review)),
    *([] if settings.EMAIL_ENABLED else without_mail),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
