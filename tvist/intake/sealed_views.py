"""What lies sealed: the child's identity and what was offered, laid in a draft; and the page that opens the identity for a purpose (rules 7, 22)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, keep, requires
from tvist.access.policy import Act
from tvist.access.roles import roles_of
from tvist.accesslog.actions import note_access
from tvist.cases.journal import NAMES_ARE_FOR
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.cases.waiting import Desk
from tvist.clock import now, today
from tvist.intake.blueprint import bp
from tvist.intake.forms import IdentityForm, OffersForm, OpenIdentityForm
from tvist.intake.identity import FIELDS, read_identity
from tvist.intake.queries import draft_at, openings_of
from tvist.intake.reading import Reader
from tvist.intake.sealing import keep_identity, keep_offers, open_identity
from tvist.procedure.settings import procedure_on
from tvist.web.forms import PlainForm
from tvist.web.session import current_session, installed, say
from tvist.web.stale import seen
from tvist.words import Message, label

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.intake.identity import Identity
    from tvist.intake.models import Draft, IdentityOpening
    from tvist.web.forms import TvistForm


@bp.route("/drafts/<public_id>/identity", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_at)
def draft_identity(draft: Draft) -> ResponseReturnValue:
    """Lay the child's name and birth number in the draft, sealed; what was laid in is not shown again."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    form = IdentityForm(thing=seen(draft.sealed_identity))
    if not form.validate_on_submit():
        return _sealed_page(draft, "identity", form, is_there=draft.sealed_identity is not None)
    identity = None
    if request.form.get("then") != "remove":
        identity = _read_identity(draft, form)
        if identity is None:
            return _sealed_page(draft, "identity", form, is_there=draft.sealed_identity is not None, status=422)
    keep_identity(draft, identity, by=current_user, at=now(), keys=installed().keys)
    said = Message("intake.identity_sealed" if identity else "intake.identity_removed")
    return finish(url_for("intake.child", public_id=draft.public_id), said)


@bp.route("/drafts/<public_id>/offers", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_at)
def draft_offers(draft: Draft) -> ResponseReturnValue:
    """Lay what was offered in the draft, sealed."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    form = OffersForm(thing=seen(draft.sealed_offers))
    if not form.validate_on_submit():
        return _sealed_page(draft, "offers", form, is_there=draft.sealed_offers is not None)
    words = "" if request.form.get("then") == "remove" else _read_offers(form)
    if form.faults():
        return _sealed_page(draft, "offers", form, is_there=draft.sealed_offers is not None, status=422)
    keep_offers(draft, words, by=current_user, at=now(), keys=installed().keys)
    said = Message("intake.offers_sealed" if words else "intake.offers_removed")
    return finish(url_for("intake.settlement", public_id=draft.public_id), said)


@bp.route("/cases/<slug>/identity", methods=["GET", "POST"])
@requires(Act.OPEN_IDENTITY, of=case_at)
def identity(case: Case) -> ResponseReturnValue:
    """Open the child's identity for a purpose: shown once, written down, and told to the other readers."""
    form, missing = OpenIdentityForm(), obstacles(case, Act.OPEN_IDENTITY)
    if missing:
        return _opening_page(case, PlainForm(), missing=missing), 409 if request.method == "POST" else 200
    if not form.validate_on_submit():
        return _opening_page(case, form), 422 if request.method == "POST" else 200
    opened = open_identity(case, by=current_user, at=now(), purpose=form.purpose.data or "", keys=installed().keys)
    page, roles = _opening_page(case, form, opened=opened), roles_of(current_user, case)
    keep(url_for("intake.identity", slug=case.slug))
    # The guard noted that the page was asked for; this is the opening itself, with its purpose, now that the lock is let go.
    purpose = form.purpose.data or ""
    database = installed().database
    note_access(database, user=current_user, roles=roles, act=Act.OPEN_IDENTITY, thing=case, allowed=True, purpose=purpose)
    return page


def _read_identity(draft: Draft, form: IdentityForm) -> Identity | None:
    """What was typed, read; faults are blamed on the fields."""
    year = draft.typed.get("child", {}).get("birth_year")
    reader = Reader({name: form[name].data for name in FIELDS} | {"birth_year": year}, procedure_on(today()), path="child")
    found = read_identity(reader)
    if found is None and not reader.faults:
        reader.missing("name")
    for fault in reader.faults:
        form.blame(fault.message, fault.path.rpartition(".")[2])
    return found


def _read_offers(form: OffersForm) -> str:
    reader = Reader({"offers": form.offers.data}, procedure_on(today()), path="settlement")
    words = reader.secret("offers", limit=reader.rules.longest_text)
    if not words and not reader.faults:
        form.blame(Message("intake.say_what_was_offered"), "offers")
    for fault in reader.faults:
        form.blame(fault.message, "offers")
    return words


def _sealed_page(draft: Draft, kind: str, form: TvistForm, *, is_there: bool, status: int = 200) -> ResponseReturnValue:
    at = "child" if kind == "identity" else "settlement"
    page = render_template("intake/sealed.html", draft=draft, kind=kind, at=at, form=form, is_there=is_there)
    return page, 409 if form.is_stale else status


def _opening_page(case: Case, form: TvistForm, **more: Any) -> str:
    sealed = case.child_identity
    openings = openings_of(current_session, sealed) if sealed else []
    with_names = bool(NAMES_ARE_FOR & roles_of(current_user, case))
    return render_template(
        "intake/identity.html",
        case=case,
        form=form,
        openings=openings,
        opener=lambda opening: say(_opener(case, opening, with_names=with_names)),
        **more,
    )


def _opener(case: Case, opening: IdentityOpening, *, with_names: bool) -> Message:
    """Who opened it: the party or the secretariat, and the person for those who read names (rule 44)."""
    party = next((each for each in case.parties if any(member.user_id == opening.user_id for member in each.team)), None)
    office = Message("cases.named", name=party.name) if party else label(Desk.SECRETARIAT)
    return Message("cases.person_of", name=opening.user.name, office=office) if with_names else office
