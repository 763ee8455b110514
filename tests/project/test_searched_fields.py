"""Every field that takes words is searched before its words are sent, or stands here with why not (rule 6)."""

from __future__ import annotations

from typing import Final

from wtforms import HiddenField, StringField
from wtforms.fields.core import UnboundField

import tvist.pages  # noqa: F401 - all forms are loaded by it.
from tvist.intake.searched_forms import SearchedForm
from tvist.web.forms import TvistForm

OF_A_DRAFT = "searched with the draft that it is written into, when that is sent"
SEALED = "sealed as soon as it is read"
OF_PEOPLE = "about somebody who works with the cases, and no case"
OF_THE_BODY = "read in the secretariat and by the leader alone, and sent to nobody"
OF_THE_PANEL = "the panel does not know the name; what leaves is searched before it is published"
OF_THE_PUBLIC = "searched by the leak test before anybody outside reads it"
ABOUT_NO_CASE = "holds for all cases, and is about none"
OF_ONE = "read by nobody but who wrote it"
REDACTED = "what is to be covered; read in the secretariat alone"
WATCHING = "refuses birth numbers; sent to nobody"

NOT_SEARCHED: Final = {
    "tvist.accounts.forms": {"ChangePasswordForm": OF_PEOPLE, "ForgottenForm": OF_PEOPLE, "NewPasswordForm": OF_PEOPLE, "SignInForm": OF_PEOPLE},
    "tvist.accounts.second_forms": {"AppForm": OF_PEOPLE, "CodeForm": OF_PEOPLE, "PasskeyForm": OF_PEOPLE},
    "tvist.accounts.user_forms": {"NewUserForm": OF_PEOPLE},
    "tvist.cases.filter_forms": {"SaveFilterForm": OF_ONE},
    "tvist.decision.parallel_forms": {"ParallelForm": OF_THE_PANEL},
    "tvist.decision.question_forms": {"ChangeForm": OF_THE_PANEL, "ResponsibleForm": OF_THE_PANEL},
    "tvist.decision.text_forms": {
        "MarginForm": OF_THE_PANEL, "PlaceForm": OF_THE_PANEL, "ReasonsForm": OF_THE_PANEL, "RemarkForm": OF_THE_PANEL,
        "StandardTextForm": ABOUT_NO_CASE,
    },
    "tvist.delivery.forms": {"CloseForm": OF_THE_BODY, "StopForm": OF_THE_BODY},
    "tvist.delivery.text_forms": {"LetterTextForm": ABOUT_NO_CASE},
    "tvist.intake.body_letter_forms": {"BodyLetterForm": OF_A_DRAFT},
    "tvist.intake.forms": {
        "ChildForm": OF_A_DRAFT, "FactForm": OF_A_DRAFT, "FactsForm": OF_A_DRAFT, "IdentityForm": SEALED, "LineForm": OF_A_DRAFT,
        "OffersForm": SEALED, "OpenIdentityForm": "refuses birth numbers; read by those who may open the identity",
        "PartiesForm": OF_A_DRAFT, "PlaceForm": OF_A_DRAFT, "SettlementForm": OF_A_DRAFT,
    },
    "tvist.intake.pasting_views": {"PasteForm": OF_A_DRAFT},
    "tvist.intake.screening_forms": {"DeclarationForm": OF_THE_BODY},
    "tvist.oversight.forms": {"BreachForm": WATCHING, "LookForm": WATCHING, "ReasonsForm": WATCHING, "StepForm": WATCHING},
    "tvist.panel.board_forms": {"AppointForm": OF_PEOPLE, "EndTermForm": OF_PEOPLE, "EngagementForm": OF_PEOPLE, "ReleaseForm": OF_PEOPLE},
    "tvist.panel.note_forms": {"NoteForm": OF_ONE},
    "tvist.publication.forms": {
        "AddForm": OF_THE_PUBLIC, "MarkForm": OF_THE_PUBLIC, "SendBackForm": OF_THE_BODY, "SubmitForm": OF_THE_BODY, "WithdrawForm": OF_THE_BODY,
    },
    "tvist.publication.ranking_views": {"RankForm": OF_THE_PUBLIC},
    "tvist.published.verify_forms": {"VerifyCodeForm": "only asked, and never kept"},
    "tvist.redaction.forms": {"BeginForm": REDACTED, "BoxForm": "numbers", "SendBackForm": OF_THE_BODY, "WordsForm": REDACTED},
    "tvist.signin.reset_views": {"ResetForm": OF_PEOPLE},
    "tvist.signin.security_views": {"RenameForm": OF_PEOPLE},
    "tvist.submissions.clock_forms": {"OutageForm": ABOUT_NO_CASE},
    "tvist.teams.forms": {"AccessForm": OF_PEOPLE, "AssignForm": OF_PEOPLE, "TakeBackForm": OF_PEOPLE},
}  # fmt: skip


def forms_below(form):
    for found in form.__subclasses__():
        yield found
        yield from forms_below(found)


def takes_words(form):
    fields = [value for part in form.__mro__ for value in vars(part).values() if isinstance(value, UnboundField)]
    return any(issubclass(each.field_class, StringField) and not issubclass(each.field_class, HiddenField) for each in fields)


def test_every_form_that_takes_words_is_searched_or_listed_with_a_reason():
    there = {
        (form.__module__, form.__name__)
        for form in forms_below(TvistForm)
        if form.__module__.startswith("tvist.") and takes_words(form)
    }
    searched = {(form.__module__, form.__name__) for form in forms_below(SearchedForm)}
    listed = {(module, name) for module, names in NOT_SEARCHED.items() for name in names}
    assert there - searched == listed


def test_a_searched_form_leaves_out_no_field():
    assert [form for form in forms_below(SearchedForm) if form.not_searched] == []
