"""What is asked on the verify page: a file, or the code on a paper."""

from __future__ import annotations

from wtforms import FileField, StringField

from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy


class VerifyFileForm(TvistForm):
    """A PDF."""

    file = FileField(lazy("verify.file"), [Needed("verify.choose_file")], description=lazy("verify.file_help"))


class VerifyCodeForm(TvistForm):
    """The code that is printed on the last page."""

    code = StringField(
        lazy("verify.code"),
        [Needed("verify.write_code"), NotLonger(300)],
        filters=[trimmed],
        description=lazy("verify.code_help"),
    )
