"""The case file: start with `lifecycle.py` (what may happen) and `models.py` (what a case is)."""
