"""The board's meetings: called by the leader where writing is not enough (rule 32)."""
