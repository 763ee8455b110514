"""What a person meets who uploads a file that is not let in, or has an odd name; and how such a file is given out again."""

from __future__ import annotations

import re
from dataclasses import replace
from http.cookies import SimpleCookie

import pytest

from tests.pages.test_filing import begun
from tests.pages.test_filing_papers import PDF, kept, papers_in, upload
from tests.scenes.files import a_hostile_pdf
from tvist.documents.files import SANDBOX
from tvist.web.session import FLASHES
from tvist.words import Message, render


@pytest.fixture
def installation(installation, tmp_path):
    """With a virus scanner that is away."""
    return replace(installation, config=replace(installation.config, clamd=f"unix:{tmp_path}/away"))


@pytest.fixture
def unscanned(app, installation):
    """The same without a scanner."""
    app.extensions["tvist"] = replace(installation, config=replace(installation.config, clamd=None))


def told(app, answer) -> list[str]:
    """What the next page will say, as it travels in the signed cookie."""
    signed = {name: each.value for header in answer.headers.getlist("Set-Cookie") for name, each in SimpleCookie(header).items()}
    serializer = app.session_interface.get_signing_serializer(app)
    return [text for _, text in serializer.loads(signed[app.config["SESSION_COOKIE_NAME"]])[FLASHES]]


def test_nothing_is_taken_in_while_the_scanner_is_away(app, ask, cast, installation):
    draft = begun(ask, cast.asta)
    answer = upload(ask, draft, cast.asta, (PDF, "krav.pdf"))
    assert told(app, answer) == [render(Message("documents.not_scanned", name="krav.pdf"), cast.asta.language)]
    assert (kept(installation), papers_in(installation)) == (0, 0)


@pytest.mark.usefixtures("unscanned")
def test_one_bad_file_is_told_of_and_leaves_nothing(app, ask, cast, installation):
    draft = begun(ask, cast.asta)
    answer = upload(ask, draft, cast.asta, (a_hostile_pdf(), "skjema.pdf"))
    assert told(app, answer) == [render(Message("documents.wrong.active", name="skjema.pdf"), cast.asta.language)]
    assert (kept(installation), papers_in(installation)) == (0, 0)


NAMES = {
    "../../etc/krav.pdf": "krav.pdf",
    "faktura.exe.pdf": "faktura.exe.pdf",
    "å" * 300 + ".pdf": None,
    "krav\u202efdp.pdf": "kravfdp.pdf",
    "krav.html;.pdf": "krav.html;.pdf",
}


@pytest.mark.usefixtures("unscanned")
def test_an_odd_name_is_made_safe_and_the_file_runs_nothing(ask, cast):
    """Also one that is a page of the web as well: it is called what it was let in as, and shown by nobody as anything else."""
    draft = begun(ask, cast.asta)
    both = PDF + b"<html><script>evil()</script></html>"
    upload(ask, draft, cast.asta, *((both, name) for name in NAMES))
    page = ask("GET", f"{draft}/papers", as_=cast.asta).get_data(as_text=True)
    found = dict.fromkeys(re.findall(rf'href="({draft}/papers/[\w-]+)"', page))
    assert len(found) == len(NAMES)
    for address, name in zip(found, NAMES.values(), strict=True):
        answer = ask("GET", address, as_=cast.asta)
        said = answer.headers["Content-Disposition"]
        assert said.startswith("attachment; ")
        assert not re.search(r'[\\/\r\n\u202e]|html"?$', said.split("filename*")[0])
        if name:
            assert f"filename={name}" in said.replace('"', "")
        assert answer.mimetype == "application/pdf"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == SANDBOX
