"""Measurements, run by hand: what they found stands in `docs/performance.md`."""
