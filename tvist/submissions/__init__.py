"""What the parties write and send in: response, comments in turn, nothing more, withdrawal, closing (rules 18-23)."""
