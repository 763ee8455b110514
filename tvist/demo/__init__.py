"""Invented people and cases for the demo. Start with `filling.py`."""
