"""Changing the master key while the system runs: what is sealed is sealed anew, piece by piece. Start reading in `rotating`."""
