"""Which address under /reviews/<slug>/ leads where on the extraction floor?"""

from __future__ import annotations

from django.urls import URLPattern, path

from extraction import views
from extraction.views import tools

SHEET, BIAS = {"kind": "sheet"}, {"kind": "bias"}


def pair(route: str, name: str, extra: dict[str, str]) -> list[URLPattern]:
    """The addresses of sheets, and the same for assessments."""
    return [
        path(route, views.own, extra, name=name),
        path(f"{route}start/", views.start, extra, name=f"{name}-start"),
        path(f"{route}submit/", views.submit, extra, name=f"{name}-submit"),
        path(f"{route}reopen/", views.reopen, extra, name=f"{name}-reopen"),
        path(f"{route}withdraw/", views.withdraw, extra, name=f"{name}-withdraw"),
        path(f"{route}agreement/", views.agreement, extra, name=f"{name}-agreement"),
        path(f"{route}agreement/reopen/", views.reopen_agreement, extra, name=f"{name}-agreement-reopen"),
    ]


app_name = "extraction"
urlpatterns = [
    path("citations/export/<slug:format>/", views.export_citations, name="export-citations"),
    path("studies/", views.studies, name="studies"),
    path("studies/make/", views.make_study, name="study-make"),
    path("studies/join/", views.join_report, name="report-join"),
    path("studies/previous-version/", views.previous_version, name="previous-version"),
    path("studies/previous-version/withdraw/", views.withdraw_previous_version, name="previous-version-withdraw"),
    path("studies/<int:pk>/", views.study, name="study"),
    path("studies/<int:pk>/change/", views.change_study, name="study-change"),
    path("studies/<int:pk>/drop/", views.drop_study, name="study-drop"),
    path("studies/<int:pk>/restore/", views.restore_study, name="study-restore"),
    path("studies/<int:pk>/split/", views.split_report, name="report-split"),
    path("studies/<int:pk>/move/", views.move_report, name="report-move"),
    path("studies/<int:pk>/arms/", views.add_arm, name="arm-add"),
    path("studies/arms/<int:pk>/", views.change_arm, name="arm"),
    path("studies/arms/<int:pk>/drop/", views.drop_arm, name="arm-drop"),
    path("studies/arms/<int:pk>/restore/", views.restore_arm, name="arm-restore"),
    path("outcomes/", views.outcomes, name="outcomes"),
    path("outcomes/define/", views.define_outcome, name="outcome-define"),
    path("outcomes/<int:pk>/", views.change_outcome, name="outcome"),
    path("outcomes/<int:pk>/drop/", views.drop_outcome, name="outcome-drop"),
    path("outcomes/<int:pk>/restore/", views.restore_outcome, name="outcome-restore"),
    path("form/", views.form, name="form"),
    path("form/begin/", views.begin_form, name="form-begin"),
    path("form/plan/", views.plan_extraction, name="plan"),
    path("form/draft/", views.form_draft, name="form-draft"),
    path("form/draft/name/", views.rename_form, name="form-name"),
    path("form/draft/sections/", views.add_section, name="form-section-add"),
    path("form/draft/sections/<slug:id>/", views.change_section, name="form-section"),
    path("form/draft/sections/<slug:id>/questions/", views.add_question, name="form-question-add"),
    path("form/draft/questions/<slug:id>/", views.change_question, name="form-question"),
    path("form/draft/step/", views.form_step, name="form-step"),
    path("form/draft/undo/", views.undo_edit, name="form-undo"),
    path("form/draft/pack/", views.take_pack, name="form-pack"),
    path("form/draft/import/", views.import_form, name="form-import"),
    path("form/draft/use/", views.use_form, name="form-use"),
    path("form/draft/drop/", views.drop_draft, name="form-draft-drop"),
    path("form/draft/restore/", views.restore_draft, name="form-draft-restore"),
    path("form/versions/<int:number>/", views.form_version, name="form-version"),
    path("form/versions/<int:number>/preview/", views.form_preview, name="form-preview"),
    path("form/versions/<int:number>/form.json", views.form_json, name="form-json"),
    path("form/versions/<int:number>/codebook.csv", views.codebook_csv, name="codebook-csv"),
    path("form/versions/<int:number>/codebook.json", views.codebook_json, name="codebook-json"),
    path("outcomes/times/", views.add_time_point, name="time-add"),
    path("outcomes/times/<int:pk>/", views.change_time_point, name="time"),
    path("outcomes/times/<int:pk>/drop/", views.drop_time_point, name="time-drop"),
    path("outcomes/times/<int:pk>/restore/", views.restore_time_point, name="time-restore"),
    path("extraction.csv", views.extraction_csv, name="data-csv"),
    path("sheets/agreement/", views.field_agreement, name="field-agreement"),
    path("sheets/agreement.csv", views.agreement_csv, name="agreement-csv"),
    path("sheets/<int:pk>/convert/", views.convert, name="sheet-convert"),
    path("sheets/<int:pk>/doubts/", views.own_doubt, name="sheet-doubt"),
    path("sheets/<int:pk>/doubts/<int:reason>/again/", views.ask_again, name="doubt-again"),
    path("sheets/<int:pk>/agreement/doubts/", views.agreement_doubt, name="agreement-doubt"),
    path("sheets/<int:pk>/verify/", views.verify, name="sheet-verify"),
    path("sheets/<int:pk>/renew/", views.renew, name="sheet-renew"),
    *pair("sheets/<int:pk>/", "sheet", SHEET),
    path("bias/", views.bias_tools, name="bias-tools"),
    path("bias/plan/", views.plan_bias, name="bias-plan"),
    path("bias/studies/", views.describe_studies, name="bias-studies"),
    path("bias/import/", views.import_judgements, name="bias-import"),
    path("bias/<int:pk>/<slug:tool>/carry/", views.carry_domain, name="bias-carry"),
    path("bias/own/begin/", tools.begin_tool, name="tool-begin"),
    path("bias/own/import/", tools.import_tool, name="tool-import"),
    path("bias/own/<slug:tool>/", tools.tool_draft, name="tool-draft"),
    path("bias/own/<slug:tool>/change/", tools.change_tool, name="tool-change"),
    path("bias/own/<slug:tool>/drop/", tools.drop_tool, name="tool-drop"),
    path("bias/own/<slug:tool>/restore/", tools.restore_tool, name="tool-restore"),
    path("bias/tools/<slug:tool>/", views.bias_tool, name="bias-tool"),
    path("bias/tools/<slug:tool>/tool.json", tools.tool_json, name="tool-json"),
    *pair("bias/<int:pk>/<slug:tool>/", "bias", BIAS),
]
