"""In which words is an event of the ground floor told, and how are its things called? See telling.py for how a sentence is made."""

from __future__ import annotations

from reviewapp import queries

SENTENCES = {
    "review.created": "began the review",
    "review.amended": "amended the protocol",
    "review.reasons_set": "set the reasons for exclusion",
    "review.closed": "closed the review",
    "review.reopened": "opened the review again",
    "team.invited": "made an invitation[ for {for_whom}][ as {role}]",
    "team.invitation_revoked": "took {thing} back",
    "team.joined": "joined the team[ as {role}]",
    "team.role_changed": "changed what {thing} may do",
    "team.left": "noted that {thing} left the team",
    "job.started_again": "started again work that had broken off",
}

NAMES = {"member": queries.names_of_members, "invitation": queries.names_of_invitations}

KINDS = {"member": "member", "signed_by": "member", "copied_from": "member"}

PARTS: dict[str, str] = {}
