"""What we publish: start with `figures.py` (one function, one published figure)."""
