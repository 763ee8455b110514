"""The pages by which opinions are made ready for the public stand in one blueprint."""

from flask import Blueprint

bp = Blueprint("publication", __name__)
