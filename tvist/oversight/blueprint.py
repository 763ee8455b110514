"""The pages of this room, in one blueprint."""

from flask import Blueprint

bp = Blueprint("oversight", __name__)
