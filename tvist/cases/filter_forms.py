"""The name of a saved filter."""

from __future__ import annotations

from wtforms import StringField

from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy


class SaveFilterForm(TvistForm):
    """By which name a filter of the worklist is saved."""

    name = StringField(lazy("cases.filter_name"), [Needed("cases.write_filter_name"), NotLonger(60)], filters=[trimmed])
