"""Who decides: appointments, seats, impartiality, the frozen bundle (rules 26-33)."""
