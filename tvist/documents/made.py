"""How a paper became pages."""

from __future__ import annotations

from enum import StrEnum


class MadeAs(StrEnum):
    """How a paper became pages."""

    PAGES = "pages"  # It was a PDF.
    IMAGE = "image"
    OFFICE = "office"  # LibreOffice laid it out.
    EXTRACT = "extract"  # A cover sheet with the text that could be read.
    COVER = "cover"  # A cover sheet alone: its text could not be read.
