"""The pages of papers, those of a draft and those of a case, stand in one blueprint."""

from flask import Blueprint

bp = Blueprint("documents", __name__)
