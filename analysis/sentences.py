"""In which words is an event of analysis told, and how are its things called? See reviewapp/telling.py for how a sentence is made."""

from __future__ import annotations

from analysis.queries import names

SENTENCES = {
    "analysis.planned": "planned the analysis of {thing}",
    "analysis.plan_changed": "changed the plan of the analysis of {thing}",
    "analysis.dropped": "dropped the analysis of {thing}",
    "analysis.restored": "restored the analysis of {thing}",
    "analysis.investigation_planned": "asked of the analysis of {thing} also: {words}",
    "analysis.investigation_dropped": "took out of the analysis of {thing}: {words}",
    "analysis.investigation_restored": "asked of the analysis of {thing} again: {words}",
    "analysis.run_queued": "set off run {run} of {thing}",
    "analysis.run_finished": "got run {run} of {thing}: {state}",
    "analysis.finding_added": "took {thing} into the summary of findings",
    "analysis.finding_dropped": "took {thing} out of the summary of findings",
    "analysis.risk_assumed": "said which risk is assumed for {thing}",
    "analysis.certainty_rated": "rated the certainty of {thing}: {certainty}",
    "analysis.rating_withdrawn": "took back a rating of the certainty of {thing}",
    "analysis.certainty_agreed": "signed the agreed certainty of {thing}: {certainty}",
    "analysis.certainty_reopened": "took back the agreed certainty of {thing}",
    "analysis.run_frozen": "froze run {run} of {thing} for {purpose}",
    "analysis.run_unfrozen": "unfroze run {run} of {thing}, frozen for {purpose}",
    "analysis.package_asked_for": "asked for a reproduction package",
    "analysis.package_made": "got a reproduction package",
    "analysis.archive_asked_for": "asked for an archive of the whole review",
    "analysis.archive_made": "got an archive of the whole review",
    "analysis.takeover_sent": "sent the RevMan file {file}, to look at it",
    "analysis.takeover_begun": "had the RevMan file {file} taken over",
    "analysis.taken_over": "got what the RevMan file {file} holds as part of the review",
    "analysis.takeover_undoing": "began to take back what the RevMan file {file} had brought",
    "analysis.takeover_undone": "took back what the RevMan file {file} had brought",
    "analysis.standard_overridden": "overrode the standard {standard}: {reason}",
    "analysis.override_withdrawn": "took back that the standard {standard} is overridden",
    "analysis.flow_breached": "had the flow diagram checked: its numbers do not add up",
}

NAMES = {"analysis": names.analyses, "takeover": names.takeovers}

KINDS: dict[str, str] = {}

PARTS: dict[str, str] = {}
