"""A scanner that knows nothing of Tvist looks for what is wrong with any web program."""
