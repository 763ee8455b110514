"""A request becomes a case: start with `petition.py` (raw input -> Petition or messages)."""
