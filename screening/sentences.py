"""In which words is an event of screening told, and how are its things called? See reviewapp/telling.py for how a sentence is made."""

from __future__ import annotations

from screening.queries import names

SENTENCES = {
    # searches, imports and records
    "screening.search_added": "added the search of {source}",
    "screening.search_changed": "changed the search of {thing}",
    "screening.search_dropped": "dropped the search of {thing}",
    "screening.search_restored": "restored the search of {thing}",
    "screening.import_started": "took in the file {file}",
    "screening.columns_mapped": "said what the columns of {thing} hold",
    "screening.import_completed": "had the file {thing} read: {records} records",
    "screening.import_undone": "undid the import of {thing}",
    "screening.import_restored": "restored the import of {thing}",
    "screening.record_added": "added a record by hand: {title}",
    "screening.citation_corrected": "corrected what is shown[ of {thing}]",
    "screening.correction_withdrawn": "took a correction back[ of {thing}]",
    # duplicates
    "screening.deduplication_started": "had duplicates looked for",
    "screening.duplicates_linked": "had duplicates linked by rule",
    "screening.duplicates_parted": "had links parted whose rule no longer holds",
    "screening.record_linked": "linked a record of {before}[ to {thing}]",
    "screening.record_split": "split a record off {before}[ into {thing}]",
    "screening.pair_decided": "judged a pair of records: {answer}",
    "screening.pair_reopened": "took a judgement on a pair of records back",
    "screening.duplicates_asked": "had pairs of records found that a person is asked about",
    "screening.other_reports_found": "had pairs of records found that are perhaps reports of one study",
    "screening.audit_drawn": "drew a sample of {size} of {pool} automatic links, with the seed {seed}",
    "screening.link_judged": "judged an automatic link: {answer}",
    "screening.judgement_withdrawn": "took the answer “{before}” on an automatic link back",
    "screening.audit_dropped": "put a sample of automatic links away",
    "screening.audit_restored": "took a sample of automatic links up again",
    # two votes, and one verdict
    "screening.voted": "voted {answer}[ ({reason})][ on {thing}][ at {part}]",
    "screening.vote_withdrawn": "took the vote “{answer}” back[ on {thing}][ at {part}]",
    "screening.settled": "brought about the verdict {state}[ ({reason})][ on {thing}][ at {part}]",
    "screening.unsettled": "made the verdict fall[ on {thing}][ at {part}]; it waits again",
    "screening.resolved": "settled the conflict[ on {thing}]: {answer}[ ({reason})][, “{comment}”][, together: {together}]",
    "screening.resolution_withdrawn": "took the resolution back[ on {thing}]",
    "screening.proposed": "would settle the conflict[ on {thing}] as {answer}[ ({reason})]",
    "screening.proposal_withdrawn": "took back how to settle the conflict[ on {thing}]",
    "screening.discussed": "said of the conflict[ on {thing}]: “{text}”",
    "screening.remark_withdrawn": "took a word on the conflict back[ on {thing}]",
    "screening.returned": "returned {thing} to title and abstract: {reason}",
    "screening.return_undone": "undid the return to title and abstract[ of {thing}]",
    "screening.noted": "noted “{text}”[ on {thing}]",
    "screening.note_withdrawn": "took a note back[ on {thing}]",
    "screening.put_off": "put {thing} off",
    "screening.taken_up": "took {thing} up again",
    # labels, terms and the desk
    "screening.labelled": "put the label “{label}”[ on {thing}]",
    "screening.label_taken_off": "took the label “{label}” off[ {thing}]",
    "screening.label_created": "made the label “{name}”",
    "screening.label_changed": "changed the label “{thing}”",
    "screening.label_merged": "merged the label “{name}” into “{into}”",
    "screening.label_split": "took the merging of the label “{name}” back",
    "screening.terms_set": "set the terms that are marked in titles and abstracts",
    "screening.desk_arranged": "arranged the own desk",
    # sharing and pilots
    "screening.partners_joined": "joined a pair of screeners",
    "screening.partners_parted": "parted a pair of screeners",
    "screening.shared_out": "shared the citations out[ at {stage}]",
    "screening.share_ended": "ended a share",
    "screening.work_returned": "gave work back to the team",
    "screening.votes_needed_applied": "applied a changed number of votes",
    "screening.pilot_started": "started a pilot[, round {round}]",
    "screening.pilot_stopped": "stopped the pilot[, round {round}]",
    "screening.pilot_goes_on": "let the pilot go on without {without}",
    "screening.pilot_completed": "completed the own part of the pilot[, round {round}]",
    "screening.pilot_opened": "opened the pilot’s votes[, round {round}]",
    "screening.gate_overridden": "let screening go on below the agreed level[ at {stage}]: {reason}",
    "screening.gate_override_withdrawn": "closed the gate of the pilot again",
    # reports and reasons
    "screening.report_sought": "set the report to be sought[: {thing}]",
    "screening.report_retrieved": "marked the report as retrieved[: {thing}]",
    "screening.report_not_retrieved": "marked the report as not retrieved[ ({comment})][: {thing}]",
    "screening.retrieval_tried": "sought the report[: {thing}][, “{text}”]",
    "screening.attempt_withdrawn": "took back what was written down of a search for the report[: {thing}]",
    "screening.attempt_restored": "restored what was written down of a search for the report[: {thing}]",
    "screening.report_attached": "attached the PDF {file}[ to {thing}]",
    "screening.report_detached": "took the PDF {file} off[ {thing}][: {comment}]",
    "screening.pdfs_sent": "sent PDFs to be matched",
    "screening.pdfs_matched": "had {files} PDFs matched, {matched} with a report",
    "screening.pdfs_applied": "attached {attached} PDFs that were matched",
    "screening.pdfs_undone": "took {undone} PDFs off again that had been matched",
    "screening.reason_added": "added the reason “{reason}”",
    "screening.reason_renamed": "renamed a reason",
    "screening.reason_regrouped": "put the reason “{reason}” into another group",
    "screening.reason_retired": "retired the reason “{reason}”",
    "screening.reason_restored": "restored the reason “{reason}”",
    "screening.reason_merged": "let the reason “{reason}” count as “{counted_as}”",
    "screening.reason_parted": "let the reason “{reason}” count for itself again",
    "screening.reasons_ordered": "put the reasons in another order",
}

NAMES = {
    "citation": names.citations,
    "later": names.citations,
    "search": names.searches,
    "import": names.imports,
    "label": names.labels,
}

KINDS = {
    "report": "citation",
    "reports": "citation",
    "screening.record_linked:before": "citation",
    "screening.record_split:before": "citation",
}

PARTS = {"title_abstract": "title and abstract", "full_text": "full text"}
