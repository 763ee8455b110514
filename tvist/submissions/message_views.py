"""The pages of the messages between a party and the secretariat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.access.roles import roles_of
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.submissions import messages as actions
from tvist.submissions.act_pages import act_page
from tvist.submissions.blueprint import bp
from tvist.submissions.message_forms import MessageForm, NoAnswerForm
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.submissions.messages import Thread


@bp.route("/messages")
@requires(Act.WRITE_MESSAGE, of=case_at)
def messages(case: Case) -> ResponseReturnValue:
    """A party is led to its own thread; the secretariat sees them all, with what nobody has answered."""
    party = case.party_of(current_user, today())
    if party is not None:
        return redirect(url_for("submissions.thread", slug=case.slug, public_id=party.public_id))
    threads = [
        (thread, len(thread.messages), len(thread.unread_by(current_user, today())), thread.unanswered is not None)
        for thread in actions.threads_of(case)
    ]
    return render_template("submissions/messages.html", case=case, threads=threads, in_the_way=[], turn=None)


@bp.route("/messages/<public_id>", methods=["GET", "POST"])
@requires(Act.READ_MESSAGE, of=actions.thread_at)
def thread(thread: Thread) -> ResponseReturnValue:
    """Read the messages, and write one. Who reads and who writes are the same, so one act guards both."""
    case, form = thread.case, MessageForm()
    there = url_for("submissions.thread", slug=case.slug, public_id=thread.party.public_id)
    if form.validate_on_submit():
        actions.write_message(thread, by=current_user, at=now(), text=form.text.data or "")
        return finish(there, Message("submissions.messages.sent"))
    roles = roles_of(current_user, thread)
    unread = thread.unread_by(current_user, today())
    page = act_page(
        "submissions/messages_thread.html",
        case,
        form,
        [],
        thread=thread,
        unread={found.id for found in unread},
        is_party="owner" in roles,
        waits=thread.unanswered is not None,
        no_answer=NoAnswerForm(),
    )
    if request.method == "GET":
        actions.note_read(installed().database, unread, now())
    return page


@bp.route("/messages/<public_id>/no-answer", methods=["POST"])
@requires(Act.READ_MESSAGE, of=actions.thread_at)
def needs_no_answer(thread: Thread) -> ResponseReturnValue:
    """What the party wrote needs no answer."""
    there = url_for("submissions.thread", slug=thread.case.slug, public_id=thread.party.public_id)
    if thread.unanswered is None:
        return finish(there, Message("submissions.messages.nothing_waits"), kind="info")
    actions.needs_no_answer(thread, by=current_user, at=now())
    return finish(there, Message("submissions.messages.closed"))
