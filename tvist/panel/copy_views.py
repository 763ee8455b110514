"""The page of a member's own encrypted copy of the bundle: asked for, its passphrase, and the file (rule 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now, oslo_date, today
from tvist.documents.files import pdf_file
from tvist.errors import CannotProceed
from tvist.panel.blueprint import bp
from tvist.panel.copies import ask_for_copy, copy_at, copy_of, is_over, is_waited_for, passphrase_of, why_no_copy
from tvist.panel.reading import bundle_at
from tvist.procedure.settings import procedure_on
from tvist.web.forms import PlainForm
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.panel.bundles import BundleCopy
    from tvist.panel.models import Bundle


@bp.route("/cases/<slug>/bundle/copy", methods=["GET", "POST"])
@requires(Act.COPY_BUNDLE, of=bundle_at)
def copy(bundle: Bundle) -> ResponseReturnValue:
    """One's own copy of the newest version: ask for it, see whether it is made, and what opens it."""
    form, at = PlainForm(), now()
    why = why_no_copy(bundle, current_user, oslo_date(at))
    if form.validate_on_submit():
        if why is None:
            ask_for_copy(bundle, by=current_user, at=at, keys=installed().keys)
            return finish(url_for("panel.copy", slug=bundle.case.slug), Message("reading.copy_asked"))
        form.blame(why)
    own = copy_of(bundle, current_user)
    if own is not None and is_over(own, oslo_date(at)):
        own = None
    page = render_template(
        "panel/copy.html",
        case=bundle.case,
        bundle=bundle,
        form=form,
        own=own,
        passphrase=passphrase_of(installed().keys, own) if own else "",
        has_failed=own is not None and own.made_at is None and not is_waited_for(own),
        why=why,
        lasts=procedure_on(bundle.case.registered_on).copy_lasts.text,
    )
    return page, 409 if form.is_submitted() else 200


@bp.route("/cases/<slug>/bundle/copies/<public_id>")
@requires(Act.READ_COPY, of=copy_at)
def copy_file(copy: BundleCopy) -> ResponseReturnValue:
    """The encrypted file, until its last day."""
    if copy.blob_id is None:
        raise CannotProceed(Message("reading.copy_is_made"))
    if is_over(copy, today()):
        raise CannotProceed(Message("reading.copy_over"))
    return pdf_file(copy.blob_id, f"{copy.bundle.case.slug}-{copy.bundle.version}.pdf")
