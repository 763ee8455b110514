"""The kinds of words that tell who or where somebody is."""

from __future__ import annotations

from enum import StrEnum


class MarkKind(StrEnum):
    """What a mark covers."""

    PERSON = "person"
    MUNICIPALITY = "municipality"
    PLACE = "place"
    INSTITUTION = "institution"
    DATE = "date"
    OFFICER = "officer"
    REPRESENTATIVE = "representative"
    NUMBER = "number"  # Birth number, phone, account, case number.
    ADDRESS = "address"  # E-mail, street, link.
    FREE = "free"
