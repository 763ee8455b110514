"""Who may do what: start with `policy.py`."""
