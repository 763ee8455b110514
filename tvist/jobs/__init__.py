"""A queue of slow work, in the same database and the same transaction as what asks for it."""
