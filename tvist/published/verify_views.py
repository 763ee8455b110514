"""The verify page: anybody drops a PDF, or enters the code of a paper, and is told whether it is ours. Nothing about a case is shown."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, cast

from flask import current_app, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from tvist.access.guard import open_to_all, open_to_askers, taken_in
from tvist.clock import now
from tvist.published.blueprint import bp
from tvist.published.verify import LARGEST, Asker, Verdict, Verified, verify_code, verify_file
from tvist.published.verify_forms import VerifyCodeForm, VerifyFileForm
from tvist.web.requests import MAX_FORM_BYTES, Passing
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.web.forms import TvistForm

COLOURS = dict.fromkeys(Verdict, "warning") | {
    Verdict.ISSUED: "success",
    Verdict.PUBLICATION: "success",
    Verdict.UNKNOWN: "danger",
}
_STATUSES = {None: 429, Verdict.TOO_LARGE: 413}


def _take_in() -> Verified | None:
    """Let the file pass, between the beats, and find out what it is; None where neither file nor code was sent."""
    try:
        upload, code = request.files.get("file"), request.form.get("code", "")
    except RequestEntityTooLarge:
        request.drain()  # type: ignore[attr-defined]  # TvistRequest has it.
        return Verified(Verdict.TOO_LARGE)
    if upload is not None and upload.filename:
        passed = cast("Passing", upload.stream)
        return verify_file(installed().database, _asker(), sha256=passed.sha256, beginning=passed.beginning)
    return verify_code(installed().database, _asker(), code) if code.strip() else None


def _asker() -> Asker:
    return Asker(secret=str(current_app.secret_key), address=request.remote_addr, at=now())


@bp.route("/verify", methods=["GET", "POST"])
@open_to_askers(_take_in, max_bytes=LARGEST + MAX_FORM_BYTES)
def verify() -> ResponseReturnValue:
    """Ask by a file or by a code."""
    if request.method == "GET":
        return _page()
    found: Verified | None = taken_in()
    if found is not None:
        return _page(found)
    asked: TvistForm = VerifyCodeForm() if "code" in request.form else VerifyFileForm()
    asked.validate()
    return _page(asked=asked)


@bp.route("/verify/<code>")
@open_to_all
def verify_by_code(code: str) -> ResponseReturnValue:
    """Ask by the code in the address, as the square on the paper has it. The try is counted beside, as an opening is noted in the access log."""
    return _page(verify_code(installed().database, _asker(), code))


def _page(found: Verified | None = None, asked: TvistForm | None = None) -> ResponseReturnValue:
    """The page with its two forms, and the answer on top where there is one."""
    page = render_template(
        "published/verify.html",
        found=found,
        answer=_answer(found) if found else None,
        asked=asked,
        file_form=asked if isinstance(asked, VerifyFileForm) else VerifyFileForm(formdata=None),
        code_form=asked if isinstance(asked, VerifyCodeForm) else VerifyCodeForm(formdata=None),
    )
    return page, _STATUSES.get(found.verdict, 200) if found else 422 if asked else 200


def _answer(found: Verified) -> tuple[str, Message, Message]:
    """Colour, heading and text."""
    verdict = found.verdict
    if verdict is None:
        minutes = ceil(found.seconds_to_wait / 60)
        return "warning", Message("verify.wait_title"), Message("verify.wait", count=minutes, minutes=minutes)
    if not found.is_code:
        return COLOURS[verdict], Message(f"verdict.{verdict.value}"), Message(f"verify.file.{verdict.value}")
    text = Message(f"verify.code.{verdict.value}")
    if verdict is Verdict.UNKNOWN:
        # A code that nobody knows is as a rule mistyped: that says nothing against the paper.
        return "warning", Message("verify.code_unknown_title"), text
    return COLOURS[verdict], Message(f"verdict.{verdict.value}"), text
