"""What the pages of one act in the exchange share: the page, shown again with what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request

from tvist.procedure.settings import procedure_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.web.forms import TvistForm
    from tvist.words import Message


def act_page(template: str, case: Case, form: TvistForm, in_the_way: Sequence[Message], **more: Any) -> ResponseReturnValue:
    """The page of an act: `in_the_way` stands in place of the form on a fresh page; a sent one is answered with 409 or 422."""
    is_post = request.method == "POST"
    page = render_template(
        template,
        case=case,
        form=form,
        # Said in the summary of the form when it was sent; on a fresh page it stands in place of the form.
        in_the_way=[] if is_post else in_the_way,
        has_lost_papers=is_post and any(file.filename for file in request.files.values()),
        rules=procedure_on(case.registered_on),
        **{"turn": None, **more},
    )
    return page, 200 if not is_post else 409 if in_the_way or form.is_stale else 422
