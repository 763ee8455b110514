"""Letters and notices: one letter, many recipients, each with its own fate; they leave after the commit."""
