"""The pages by which papers are made ready to be given out stand in one blueprint."""

from flask import Blueprint

bp = Blueprint("redaction", __name__)
