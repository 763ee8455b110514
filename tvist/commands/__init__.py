"""What each `tvist` command does. Start with `tvist.cli`, the table of contents."""

LANGUAGE = "en"
"""What the commands answer in."""
