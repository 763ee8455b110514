"""All pages of intake: the request in steps, its sending, and screening."""

from tvist.intake import (
    arranging_views,
    body_letter_views,
    chronology_views,
    draft_views,
    kept_steps,
    line_views,
    new_look_views,
    paper_views,
    pasting_views,
    prefill_views,
    receipt_views,
    registering_views,
    screening_views,
    sealed_views,
    sending_views,
    writing_views,
)
from tvist.intake.blueprint import bp

__all__ = [
    "arranging_views",
    "body_letter_views",
    "bp",
    "chronology_views",
    "draft_views",
    "kept_steps",
    "line_views",
    "new_look_views",
    "paper_views",
    "pasting_views",
    "prefill_views",
    "receipt_views",
    "registering_views",
    "screening_views",
    "sealed_views",
    "sending_views",
    "writing_views",
]
