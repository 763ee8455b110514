"""The pages on which the secretariat writes the words of letters, compares versions, looks at one on a real case, and puts it to use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.queries import read_number
from tvist.clock import now
from tvist.delivery.blueprint import bp
from tvist.delivery.document_views import pdf_answer
from tvist.delivery.fields import DOCUMENT_ALONE, mail_fields
from tvist.delivery.forms import ConfirmForm
from tvist.delivery.standard_letters import (
    PARTS,
    all_texts,
    faults_in_texts,
    in_the_way,
    put_to_use,
    retire,
    texts_at,
    version_at,
    write_letter_text,
)
from tvist.delivery.text_forms import LetterTextForm
from tvist.delivery.text_previews import compared, previewed, text_in_form_at, text_on_case_at
from tvist.delivery.wording import own_texts
from tvist.web.forms import status_of
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.delivery.standard_letters import KindTexts, OneVersion, Version
    from tvist.delivery.text_previews import TextInForm, TextOnCase


@bp.route("/letters/texts")
@requires(Act.SEE_LETTER_TEXTS)
def texts() -> ResponseReturnValue:
    """Each kind of letter, and whose words it is written with."""
    return render_template("delivery/texts.html", kinds=all_texts(current_session))


@bp.route("/letters/texts/<kind>", methods=["GET", "POST"])
@requires(Act.WRITE_LETTER_TEXT, of=texts_at)
def write_text(found: KindTexts) -> ResponseReturnValue:
    """Write the next version, from the one before or from the program's own words."""
    form = LetterTextForm(found, current_user)
    if form.validate_on_submit() and not _blamed(form, found):
        owner = form.chosen_owner()
        made = write_letter_text(current_session, found.kind, form.texts(), owner=owner, by=current_user, at=now())
        return finish(_page_of(found, made), Message("letter_text.written", version=made.number))
    page = render_template(
        "delivery/write_text.html", texts=found, form=form, in_mail=mail_fields(found.kind), in_document=DOCUMENT_ALONE
    )
    return page, status_of(form)


@bp.route("/letters/texts/<kind>/<int:version>")
@requires(Act.SEE_LETTER_TEXTS, of=version_at)
def text_version(found: OneVersion) -> ResponseReturnValue:
    """One version in both forms, compared with the one before; from here it is looked at on a case."""
    asked = request.args.get("case", "").strip()
    number = read_number(asked) if asked else None
    if number is not None:
        slug = f"{number[0]}-{number[1]:04d}"
        return redirect(url_for("delivery.text_on_case", slug=slug, **_address(found.texts, found.version)), 303)
    told: dict[str, Any] = {"texts": found.texts, "version": found.version, "changes": _changes(found)}
    page = render_template("delivery/text_version.html", **told, asked=asked, is_no_number=bool(asked))
    return page, 422 if asked else 200


@bp.route("/letters/texts/<kind>/<int:version>/retire", methods=["GET", "POST"])
@requires(Act.WRITE_LETTER_TEXT, of=version_at)
def retire_text(found: OneVersion) -> ResponseReturnValue:
    """Use the version no more: the program's own words hold again."""
    version, form = found.version, ConfirmForm()
    if form.validate_on_submit() and version.is_in_use:
        retire(current_session, found.texts.kind, version.number, at=now())
        return finish(_page_of(found.texts, version), Message("letter_text.retired", version=version.number))
    page = render_template("delivery/retire_text.html", texts=found.texts, version=version, form=form)
    return page, 409 if form.is_submitted() else 200


@bp.route("/letters/texts/<kind>/<int:version>/on/<slug>")
@requires(Act.SEE_LETTER_TEXTS, of=text_on_case_at)
def text_on_case(found: TextOnCase) -> ResponseReturnValue:
    """The version as it would be written in the case now, notice and document in both forms; who may puts both to use at once from here."""
    return _on_case(found, ConfirmForm())


@bp.route("/letters/texts/<kind>/<int:version>/on/<slug>", methods=["POST"])
@requires(Act.WRITE_LETTER_TEXT, of=text_on_case_at)
def use_text(found: TextOnCase) -> ResponseReturnValue:
    """Put both forms of the version to use, after a look at them on the case."""
    form = ConfirmForm()
    if form.validate_on_submit() and in_the_way(found.texts, found.version) is None:
        put_to_use(current_session, found.texts.kind, found.version.number, by=current_user, at=now())
        return finish(_page_of(found.texts, found.version), Message("letter_text.put_to_use", version=found.version.number))
    return _on_case(found, form), 409


@bp.route("/letters/texts/<kind>/<int:version>/on/<slug>/<language>.pdf")
@requires(Act.SEE_LETTER_TEXTS, of=text_in_form_at)
def text_on_case_file(found: TextInForm) -> ResponseReturnValue:
    """The same as PDF, in one form."""
    return pdf_answer(previewed(found.text, found.case, now())[1])


def _on_case(found: TextOnCase, form: ConfirmForm) -> str:
    """The page of a version on a case."""
    return render_template(
        "delivery/text_on_case.html",
        found=found,
        form=form,
        may_use=may(current_user, Act.WRITE_LETTER_TEXT, None),
        in_the_way=in_the_way(found.texts, found.version),
        previews=[(text, *previewed(text, found.case, now())) for text in found.version.forms],
    )


def _blamed(form: LetterTextForm, found: KindTexts) -> bool:
    """Whether the words are faulty; each fault stands at its field."""
    faults = list(faults_in_texts(current_session, found.kind, form.texts()))
    for field, fault in faults:
        form.blame(fault, field)
    return bool(faults)


def _changes(found: OneVersion) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(form, part, runs) of each text, against the version before or the program's own words."""
    before, changes = found.texts.before(found.version), []
    for text in found.version.forms:
        own = dict(zip(PARTS, own_texts(found.texts.kind, text.language), strict=True))
        earlier = None if before is None else before.nb if text.language == "nb" else before.nn
        for part in PARTS:
            old = own[part] if earlier is None else getattr(earlier, part)
            changes.append((text.language, part, compared(old, getattr(text, part))))
    return changes


def _address(texts: KindTexts, version: Version) -> dict[str, Any]:
    return {"kind": texts.kind.value, "version": version.number}


def _page_of(texts: KindTexts, version: Version) -> str:
    return url_for("delivery.text_version", **_address(texts, version))
