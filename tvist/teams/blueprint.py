"""The pages of this room, in one blueprint."""

from flask import Blueprint

bp = Blueprint("teams", __name__)
