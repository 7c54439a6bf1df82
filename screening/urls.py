"""Which address under /reviews/<slug>/ leads where on the screening floor?"""

from django.urls import path, register_converter

from reviewapp.models import Stage
from screening import views
from screening.views import agreement as agreement_views
from screening.views import audits as audits_views
from screening.views import batches as batches_views
from screening.views import duplicates as duplicates_views
from screening.views import labels as labels_views
from screening.views import pilots as pilots_views
from screening.views import progress as progress_views
from screening.views import reasons as reasons_views
from screening.views import removals as removals_views
from screening.views import returns as returns_views
from screening.views import same as same_views
from screening.views import sharing as sharing_views
from screening.views import tables as tables_views
from screening.views import together as together_views


class StageConverter:
    """title_abstract or full_text."""

    regex = "|".join(Stage.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)


register_converter(StageConverter, "stage")

app_name = "screening"
urlpatterns = [
    path("searches/", views.searches, name="searches"),
    path("searches/add/", views.add_search, name="add-search"),
    path("searches/table/", tables_views.search_table, name="search-table"),
    path("searches/table.csv", tables_views.search_table_file, {"kind": "csv"}, name="search-table-csv"),
    path("searches/table.docx", tables_views.search_table_file, {"kind": "docx"}, name="search-table-docx"),
    path("searches/<int:pk>/", views.search, name="search"),
    path("searches/<int:pk>/change/", views.change_search, name="change-search"),
    path("searches/<int:pk>/drop/", views.drop_search, name="drop-search"),
    path("searches/<int:pk>/restore/", views.restore_search, name="restore-search"),
    path("searches/<int:pk>/import/", views.start_import, name="start-import"),
    path("searches/<int:pk>/import-again/<int:twin>/", views.import_again, name="import-again"),
    path("searches/<int:pk>/record/", views.add_record, name="add-record"),
    path("searches/<int:pk>/paste/", views.paste, name="paste"),
    path("imports/<int:pk>/", views.import_, name="import"),
    path("imports/<int:pk>/report.csv", views.report, name="import-report"),
    path("imports/<int:pk>/encoding/", views.encoding, name="encoding"),
    path("imports/<int:pk>/columns/", views.columns, name="columns"),
    path("imports/<int:pk>/undo/", views.undo_import, name="undo-import"),
    path("imports/<int:pk>/restore/", views.restore_import, name="restore-import"),
    path("citations/", views.citations, name="citations"),
    path("citations/<int:pk>/", views.citation, name="citation"),
    path("citations/<int:pk>/correct/", views.correct_citation, name="correct-citation"),
    path("corrections/<int:pk>/withdraw/", views.withdraw_correction, name="withdraw-correction"),
    path("citations/<int:pk>/same/", same_views.find, name="find-same"),
    path("citations/<int:pk>/same/<int:other>/", same_views.link, name="link-citations"),
    path("duplicates/<int:pk>/take-back/", same_views.take_back, name="take-pair-back"),
    path("citations/<int:pk>/return/", returns_views.return_to_screening, name="return"),
    path("citations/<int:pk>/remove/", removals_views.remove_one, name="remove-one"),
    path("removals/", removals_views.removals, name="removals"),
    path("removals/remove/", removals_views.remove, name="remove"),
    path("removals/<int:pk>/", removals_views.removal, name="removal"),
    path("removals/<int:pk>/put-back/", removals_views.put_back, name="put-back"),
    path("returns/<int:pk>/undo/", returns_views.undo, name="undo-return"),
    path("records/<int:pk>/original/", views.record_as_it_came, name="record-original"),
    path("records/<int:pk>/link/", views.link_record, name="link-record"),
    path("records/<int:pk>/split/", views.split_record, name="split-record"),
    path("duplicates/", duplicates_views.pair, name="duplicates"),
    path("duplicates/<int:pk>/", duplicates_views.pair, name="duplicate"),
    path("duplicates/<int:pk>/decide/", duplicates_views.decide_pair, name="decide-pair"),
    path("duplicates/undo/", duplicates_views.undo, name="undo-pair"),
    path("duplicates/find/", duplicates_views.find, name="find-duplicates"),
    path("duplicates/answers/", duplicates_views.answers, name="pair-answers"),
    path("duplicates/log.csv", duplicates_views.log, name="duplicates-log"),
    path("duplicates/samples/", audits_views.audits, name="audits"),
    path("duplicates/samples/draw/", audits_views.draw, name="draw-audit"),
    path("duplicates/samples/<int:pk>/", audits_views.audit, name="audit"),
    path("duplicates/samples/<int:pk>/undo/", audits_views.undo, name="undo-judgement"),
    path("duplicates/samples/<int:pk>/drop/", audits_views.drop, name="drop-audit"),
    path("duplicates/samples/<int:pk>/restore/", audits_views.restore, name="restore-audit"),
    path("duplicates/samples/<int:pk>/answers/", audits_views.answers, name="audit-answers"),
    path("duplicates/samples/<int:pk>/answers.csv", audits_views.answers_csv, name="audit-answers-csv"),
    path("duplicates/samples/<int:pk>/<int:judged>/judge/", audits_views.judge, name="judge-link"),
    path("duplicates/samples/<int:pk>/<int:judged>/withdraw/", audits_views.withdraw, name="withdraw-judgement"),
    path("screen/<stage:stage>/", views.desk, name="desk"),
    path("labels/", labels_views.labels, name="labels"),
    path("labels/add/", labels_views.add_label, name="add-label"),
    path("labels/<int:pk>/change/", labels_views.change_label, name="change-label"),
    path("labels/<int:pk>/merge/", labels_views.merge_label, name="merge-label"),
    path("labels/<int:pk>/split/", labels_views.split_label, name="split-label"),
    path("labels/<int:pk>/drop/", labels_views.drop_label, name="drop-label"),
    path("labels/<int:pk>/restore/", labels_views.restore_label, name="restore-label"),
    path("protocol/terms/", labels_views.terms, name="terms"),
    path("screen/<stage:stage>/<int:pk>/label/", labels_views.put_label, name="put-label"),
    path("screen/<stage:stage>/<int:pk>/label/<int:label>/off/", labels_views.take_label, name="take-label"),
    path("screen/<stage:stage>/<int:pk>/later/", labels_views.put_off, name="put-off"),
    path("screen/<stage:stage>/<int:pk>/take-up/", labels_views.take_up, name="take-up"),
    path("screen/<stage:stage>/list/", views.many, name="list"),
    path("screen/<stage:stage>/arrange/", views.arrange, name="arrange"),
    path("screen/<stage:stage>/ahead/", views.ahead, name="ahead"),
    path("screen/<stage:stage>/mine/", views.own_votes, name="own-votes"),
    path("screen/<stage:stage>/undo/", views.undo, name="undo"),
    path("screen/<stage:stage>/<int:pk>/", views.desk, name="desk-at"),
    path("screen/<stage:stage>/<int:pk>/vote/", views.vote, name="vote"),
    path("screen/<stage:stage>/<int:pk>/withdraw/", views.withdraw_vote, name="withdraw-vote"),
    path("screen/<stage:stage>/<int:pk>/note/", views.note, name="note"),
    path("notes/<int:pk>/withdraw/", views.withdraw_note, name="withdraw-note"),
    path("conflicts/<stage:stage>/", views.conflicts, name="conflicts"),
    path("conflicts/<stage:stage>/<int:pk>/", views.conflict, name="conflict"),
    path("conflicts/<stage:stage>/<int:pk>/resolve/", views.resolve, name="resolve"),
    path("conflicts/<stage:stage>/<int:pk>/withdraw/", views.withdraw_resolution, name="withdraw-resolution"),
    path("conflicts/<stage:stage>/<int:pk>/discuss/", together_views.discuss, name="discuss"),
    path("remarks/<int:pk>/withdraw/", together_views.withdraw_remark, name="withdraw-remark"),
    path("together/<stage:stage>/", together_views.together, name="together"),
    path("together/<stage:stage>/<int:pk>/", together_views.together_at, name="together-at"),
    path("together/<stage:stage>/<int:pk>/propose/", together_views.propose, name="propose"),
    path("together/<stage:stage>/<int:pk>/withdraw/", together_views.withdraw_proposal, name="withdraw-proposal"),
    path("sharing/<stage:stage>/", sharing_views.sharing, name="sharing"),
    path("sharing/<stage:stage>/mode/", sharing_views.set_sharing, name="set-sharing"),
    path("sharing/<stage:stage>/pairs/", sharing_views.join_partners, name="join-partners"),
    path("sharing/pairs/<int:pk>/end/", sharing_views.end_partners, name="end-partners"),
    path("sharing/<stage:stage>/shares/", sharing_views.share_out, name="share-out"),
    path("sharing/shares/<int:pk>/end/", sharing_views.end_share, name="end-share"),
    path("sharing/<stage:stage>/votes/", sharing_views.apply_votes_needed, name="apply-votes-needed"),
    path("pilot/<stage:stage>/", pilots_views.pilots, name="pilots"),
    path("pilot/<stage:stage>/start/", pilots_views.start_pilot, name="start-pilot"),
    path("pilot/<int:pk>/stop/", pilots_views.stop_pilot, name="stop-pilot"),
    path("pilot/<stage:stage>/override/", pilots_views.override_gate, name="override-gate"),
    path("pilot/<stage:stage>/override/withdraw/", pilots_views.withdraw_override, name="withdraw-override"),
    path("progress/", progress_views.progress, name="progress"),
    path("progress/<stage:stage>/", progress_views.by_week, name="weeks"),
    path("progress/reminders/", progress_views.reminders, name="reminders"),
    path("agreement/<stage:stage>/", agreement_views.agreement, name="agreement"),
    path("agreement/<stage:stage>/cell/", agreement_views.cell, name="agreement-cell"),
    path("agreement/<stage:stage>/agreement.csv", agreement_views.agreement_csv, name="agreement-csv"),
    path("excluded/", tables_views.excluded, name="excluded"),
    path("excluded/excluded.csv", tables_views.excluded_file, {"kind": "csv"}, name="excluded-csv"),
    path("excluded/excluded.docx", tables_views.excluded_file, {"kind": "docx"}, name="excluded-docx"),
    path("decisions/", tables_views.decisions, name="decisions"),
    path("decisions/decisions.csv", tables_views.decisions_csv, name="decisions-csv"),
    path("decisions/decisions.ris", tables_views.decisions_ris, name="decisions-ris"),
    path("reasons/", reasons_views.reasons, name="reasons"),
    path("reasons/add/", reasons_views.add, name="add-reason"),
    path("reasons/undo/<int:pk>/", reasons_views.undo, name="undo-reason"),
    path("reasons/<int:pk>/change/", reasons_views.change, name="change-reason"),
    path("reasons/<int:pk>/move/", reasons_views.move, name="move-reason"),
    path("reasons/<int:pk>/retire/", reasons_views.retire, name="retire-reason"),
    path("reasons/<int:pk>/restore/", reasons_views.restore, name="restore-reason"),
    path("reasons/<int:pk>/merge/", reasons_views.merge, name="merge-reason"),
    path("reports/", views.reports, name="reports"),
    path("reports/<int:pk>/attach/", views.attach, name="attach"),
    path("reports/<int:pk>/retrieved/", views.mark_retrieved, name="mark-retrieved"),
    path("reports/<int:pk>/not-retrieved/", views.not_retrieved, name="not-retrieved"),
    path("reports/<int:pk>/seek/", views.seek_again, name="seek-again"),
    path("reports/<int:pk>/detach/", views.detach, name="detach"),
    path("reports/<int:pk>/tried/", views.log_attempt, name="log-attempt"),
    path("attachments/<int:pk>/again/", views.attach_again, name="attach-again"),
    path("attempts/<int:pk>/withdraw/", views.withdraw_attempt, name="withdraw-attempt"),
    path("attempts/<int:pk>/restore/", views.restore_attempt, name="restore-attempt"),
    path("pdfs/", batches_views.batches, name="batches"),
    path("pdfs/send/", batches_views.send, name="send-pdfs"),
    path("pdfs/<int:pk>/", batches_views.batch, name="batch"),
    path("pdfs/<int:pk>/apply/", batches_views.apply, name="apply-batch"),
    path("pdfs/<int:pk>/undo/", batches_views.undo, name="undo-batch"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("documents/<int:pk>/read/", views.read_document, name="read-document"),
]
