"""Opinions are made public here: marks in the one source, what they put instead, approval by another person, the leak test (rule 46)."""
