"""The ground floor: reviews, members, access, audit trail, states, jobs, settings."""
