"""The pages that anybody may read without signing in."""

from flask import Blueprint

bp = Blueprint("published", __name__)
