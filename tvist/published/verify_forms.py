"""What is asked on the verify page: a file, or the code on a paper."""

from __future__ import annotations

from typing import Final

from wtforms import FileField, StringField

from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy

LONGEST_CODE: Final = 300
"""Characters: the whole address that the square on the paper has, or a line of text around the code, fits."""


class VerifyFileForm(TvistForm):
    """A PDF."""

    file = FileField(lazy("verify.file"), [Needed("verify.choose_file")], description=lazy("verify.file_help"))


class VerifyCodeForm(TvistForm):
    """The code that is printed on the last page."""

    code = StringField(
        lazy("verify.code"),
        [Needed("verify.write_code"), NotLonger(LONGEST_CODE)],
        filters=[trimmed],
        description=lazy("verify.code_help"),
    )
