"""No form and no address, sent what no person would type, breaks a page, comes back as code, leads away from the program, or loses what was typed."""

from __future__ import annotations

import io
import re
from collections import Counter
from html import unescape
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote_from_bytes, urlsplit

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.campaign.counts import IS_WHOLE
from tests.conftest import _token
from tests.databases import KINDS, Kind
from tests.fuzz.forms import Form, forms_of
from tests.fuzz.values import MARKER, ODD, Sent, filled_in
from tests.walk.asked import AT_ALL, places_of
from tests.walk.requested import Walker
from tests.walk.table import IN, NOBODY, PEOPLE, Line, eyes, lines, ought
from tests.walk.world import There, make_world
from tvist.cases.lifecycle import STEPS

if TYPE_CHECKING:
    import pytest
    from flask import Flask
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

    from tests.people import Cast
    from tests.walk.world import World
    from tvist.db import Database
    from tvist.installation import Installation

A_FORM: Final = 30 if IS_WHOLE else 2
"""How often each form is sent."""
AN_ADDRESS: Final = 20 if IS_WHOLE else 1
TYPED: Final = frozenset({"text", "textarea", "search", "email", "url"})
LEFT_ALONE: Final = frozenset({"static", "delivery.take_bounces"})
NOT_THERE: Final = frozenset({"decision.write_parallel_place", "decision.keep_parallel"})
"""No case of the walk has two forms of Norwegian; the forms are those of `write_section` and `keep_text`."""
LAST: Final = frozenset(
    {"accounts.sign_out", "accounts.password", "users.shut", "teams.leave_oneself", "teams.leaves"}
    | {"documents.remove", "panel.end_term", "panel.release", "panel.strike"}
)
"""Who has done one of the first is out; after the others there are fewer to choose among, and so fewer fields in other forms."""
STATES: Final = {"proposed": "received", "called": "prepared", "declared": "prepared", "ruling": "prepared", "foreign": "decided"}
"""The states of the cases that are not called by it."""
FAILED: Final = 500
FILES: Final = (
    (b"%PDF-1.7\n" + b"\x00" * 50, f"{MARKER}.pdf"),
    (b"PK\x03\x04" + b"\xff" * 40, "a.docx"),
    (b"", "tom.txt"),
    (b"\x89PNG\r\n\x1a\n" + b"\x00" * 30, "../../bilde.png"),
    (b"\xff\xfe" * 30, "x" * 300 + ".txt"),
)
SETTINGS: Final = {
    "deadline": None,
    "database": None,
    "derandomize": not IS_WHOLE,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


class Fuzzer:
    """Sends forms as people who may, and notes what is wrong with the answers."""

    def __init__(self, app: Flask, walker: Walker, world: World) -> None:
        self.app, self.walker, self.world = app, walker, world
        self.seen, self.lines = eyes(), lines()
        self.forms: dict[str, tuple[Form, str]] = {}
        """By endpoint a form that goes there, and who may send it."""
        self.counted: Counter[str] = Counter()
        self.wrong: list[str] = []

    def look(self, rule: Rule, line: Line) -> None:
        """Open the page as one who may, and note the forms on it."""
        found = self._who(rule, line)
        if found is None:
            return
        place, person = found
        address = self.walker.address(rule, place) if rule.arguments <= place.parts.keys() else None
        if address is None:
            return
        if "GET" in (rule.methods or ()):
            answer = self.walker.clients[person].get(address)
            self._check("GET", address, answer, [])
            forms, links = forms_of(answer.get_data(as_text=True), address) if answer.mimetype == "text/html" else ([], [])
            for form in forms:
                self._note(form, person)
            self._with_parameters(address, person, forms, links)
        if "POST" in (rule.methods or ()):
            # Where no page leads there, it is sent what it may not know.
            self.forms.setdefault(rule.endpoint, (Form(address, "POST"), person))

    def _note(self, form: Form, person: str) -> None:
        path = urlsplit(form.action).path
        if form.method == "POST" and self.walker.there.test(path, "POST"):
            endpoint = self.walker.there.match(path, "POST")[0]
            known = self.forms.get(endpoint)
            if known is None or len(known[0].fields) < len(form.fields):
                self.forms[endpoint] = form, person

    def _who(self, rule: Rule, line: Line) -> tuple[There, str] | None:
        if line.is_for_all:
            parts = {"number": "1", "token": "x" * 22, "code": "x", "place": 1, "filename": "x"}
            return There("-", "at_all", parts), NOBODY
        places = [AT_ALL] if line.thing == "-" else places_of(rule, line, self.world)
        step = STEPS.get(self.app.view_functions[rule.endpoint].gate.act)  # type: ignore[attr-defined]  # The guard left it there.
        if step is not None:
            # Where the act can be done its form is read, and not only refused.
            places.sort(key=lambda place: STATES.get(place.row.split(".")[0], place.row) not in step.sources)
        ways = ((place, person) for place in places for person in PEOPLE if ought(line, place, person, self.seen) == IN)
        return next(ways, None)

    def _with_parameters(self, address: str, person: str, forms: list[Form], links: list[str]) -> None:
        names = {each.name for form in forms if form.method == "GET" for each in form.fields}
        names |= {name for link in links for name, _ in parse_qsl(urlsplit(link).query, keep_blank_values=True)}
        names |= {"q", "next", "after", "page", "answers", "point"}

        @settings(max_examples=AN_ADDRESS, **SETTINGS)
        @given(st.fixed_dictionaries({}, optional=dict.fromkeys(sorted(names), ODD)))
        def ask(given: dict[str, bytes]) -> None:
            query = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in given.items())
            self._check("GET", f"{address}?{query}", self.walker.clients[person].get(f"{address}?{query}"), [])

        ask()

    def send(self, endpoint: str) -> None:
        """Send the form that goes there so and so often."""
        form, person = self.forms[endpoint]

        @settings(max_examples=A_FORM, **SETTINGS)
        @given(filled_in(form), st.sampled_from(FILES))
        def post(sent: Sent, file: tuple[bytes, str]) -> None:
            client = self.walker.clients[person]
            token = _token(client, self.app)
            files = {each.name: (io.BytesIO(file[0]), file[1]) for each in form.fields if each.kind == "file"}
            if files:
                data: Any = [(name, value.decode(errors="replace")) for name, value in sent]
                given: dict[str, Any] = {}
                for name, value in [*data, ("csrf_token", token)]:
                    given.setdefault(name, []).append(value)
                answer = client.post(form.action, data=given | files)
            else:
                body = "&".join(f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}" for name, value in sent)
                text = f"csrf_token={token}&{body}"
                answer = client.post(form.action, data=text, content_type="application/x-www-form-urlencoded")
            self._check("POST", f"{form.action} {sent}", answer, self._typed(form, sent))

        post()

    @staticmethod
    def _typed(form: Form, sent: Sent) -> list[str]:
        """What was typed into fields of text, each once and as text."""
        kinds = {each.name: each.kind for each in form.fields}
        times = Counter(name for name, _ in sent)
        typed = [value for name, value in sent if kinds.get(name) in TYPED and times[name] == 1]
        return [value.decode() for value in typed if re.fullmatch(rb"[A-Za-z0-9 ,.:;{}()*%'\"<>=/-]{4,200}", value)]

    def _check(self, method: str, where: str, answer: TestResponse, typed: list[str]) -> None:
        self.counted[f"{method} {answer.status_code}"] += 1
        text = answer.get_data(as_text=True) if answer.mimetype in {"text/html", "application/json", "text/plain"} else ""
        faults = []
        if answer.status_code >= FAILED:
            faults.append(f"{answer.status_code}")
        if MARKER in text and answer.mimetype == "text/html":
            faults.append("comes back as code")
        there = urlsplit(answer.headers.get("Location", ""))
        if there.netloc not in {"", "localhost"} or there.scheme not in {"", "http"} or there.path.startswith(("//", "/\\")):
            faults.append(f"leads to {answer.headers['Location']}")
        if answer.status_code in {409, 422}:
            shown = " ".join(unescape(text).split())
            faults += [f"loses {each!r}" for each in typed if " ".join(each.split()) not in shown]
        self.wrong += [f"{fault}: {method} {where[:600]}" for fault in faults]


def test_no_form_and_no_address_breaks_reflects_or_loses_what_is_typed(
    request: pytest.FixtureRequest, app: Flask, kind: Kind, database: Database, cast: Cast, installation: Installation
) -> None:
    with database.writing() as session:
        world = make_world(session, cast, installation)
    app.testing = False
    try:
        fuzzer = Fuzzer(app, Walker(app, installation, world), world)
        rules = [rule for rule in sorted(app.url_map.iter_rules(), key=str) if rule.endpoint not in LEFT_ALONE]
        # Half of the pages and forms on each database; on both all of them, in a campaign.
        rules = rules if IS_WHOLE else rules[KINDS.index(kind) :: len(KINDS)]
        for rule in rules:
            fuzzer.look(rule, fuzzer.lines[rule.endpoint])
        posts = {rule.endpoint for rule in rules if "POST" in (rule.methods or ())}
        assert posts - fuzzer.forms.keys() <= NOT_THERE
        for endpoint in sorted(posts - NOT_THERE, key=lambda endpoint: (endpoint in LAST, endpoint)):
            fuzzer.send(endpoint)
    finally:
        app.testing = True
    assert not fuzzer.wrong, f"{len(fuzzer.wrong)} wrong\n" + "\n".join(fuzzer.wrong[:100])
    request.node.user_properties.append(("fuzzed", sum(fuzzer.counted.values())))
