"""Which address under /reviews/<slug>/ leads where on the analysis floor?"""

from django.urls import path

from analysis import views
from analysis.views import archives, figures, report, takeovers

app_name = "analysis"
urlpatterns = [
    path("analyses/", views.analyses, name="analyses"),
    path("analyses/plan/", views.plan, name="plan"),
    path("analyses/<int:pk>/", views.analysis, name="analysis"),
    path("analyses/<int:pk>/change/", views.change_plan, name="change-plan"),
    path("analyses/<int:pk>/drop/", views.drop_analysis, name="drop-analysis"),
    path("analyses/<int:pk>/restore/", views.restore_analysis, name="restore-analysis"),
    path("analyses/<int:pk>/run/", views.request_run, name="request-run"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("runs/<int:pk>/run.json", views.run_file, name="run-json"),
    path("runs/<int:pk>/<slug:name>/", figures.figure, name="figure"),
    path("runs/<int:pk>/<slug:name>.svg", figures.figure_file, {"kind": "svg"}, name="figure-svg"),
    path("runs/<int:pk>/<slug:name>.png", figures.figure_file, {"kind": "png"}, name="figure-png"),
    path("runs/<int:pk>/<slug:name>.pdf", figures.figure_file, {"kind": "pdf"}, name="figure-pdf"),
    path("analyses/<int:pk>/history.svg", figures.history_file, {"kind": "svg"}, name="history-svg"),
    path("analyses/<int:pk>/history.png", figures.history_file, {"kind": "png"}, name="history-png"),
    path("analyses/<int:pk>/history.pdf", figures.history_file, {"kind": "pdf"}, name="history-pdf"),
    path("analyses/analyses.rm5", views.revman_file, {"kind": "rm5"}, name="revman-5"),
    path("analyses/data-package.zip", views.revman_file, {"kind": "zip"}, name="revman-web"),
    path("text/", report.text, name="text"),
    path("text/text.docx", report.text_file, {"kind": "docx"}, name="text-docx"),
    path("text/text.txt", report.text_file, {"kind": "txt"}, name="text-txt"),
    path("takeovers/", takeovers.takeovers, name="takeovers"),
    path("takeovers/<int:pk>/", takeovers.takeover, name="takeover"),
    path("takeovers/<int:pk>/take/", takeovers.take_over, name="take-over"),
    path("takeovers/<int:pk>/undo/", takeovers.undo, name="undo-takeover"),
    path("archives/", archives.archives, name="archives"),
    path("archives/<int:pk>.zip", archives.archive_file, name="archive"),
    path("packages/", views.packages, name="packages"),
    path("packages/<int:pk>.zip", views.package_file, name="package"),
    path("standards/", views.standards, name="standards"),
    path("standards/standards.csv", views.standards_file, {"kind": "csv"}, name="standards-csv"),
    path("standards/standards.docx", views.standards_file, {"kind": "docx"}, name="standards-docx"),
    path("standards/<slug:standard>/override/", views.override_standard, name="override"),
    path("standards/<slug:standard>/withdraw/", views.withdraw_override, name="withdraw-override"),
    path("flow/", views.flow, name="flow"),
    path("flow/flow.svg", views.flow_file, {"kind": "svg"}, name="flow-svg"),
    path("flow/flow.png", views.flow_file, {"kind": "png"}, name="flow-png"),
    path("flow/flow.pdf", views.flow_file, {"kind": "pdf"}, name="flow-pdf"),
    path("flow/flow.docx", views.flow_file, {"kind": "docx"}, name="flow-docx"),
    path("flow/flow.csv", views.flow_file, {"kind": "csv"}, name="flow-csv"),
    path("flow/flow.json", views.flow_file, {"kind": "json"}, name="flow-json"),
    path("flow/<path:key>/list.csv", views.flow_list_file, {"kind": "csv"}, name="flow-list-csv"),
    path("flow/<path:key>/list.ris", views.flow_list_file, {"kind": "ris"}, name="flow-list-ris"),
    path("flow/<path:key>/", views.flow_list, name="flow-list"),
]
