"""The JSON schema is true: the examples follow it and are read, and what it refuses is refused by the reader too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.scenes.intake import TODAY, a_line, raw_petition
from tvist.clock import today
from tvist.intake.lines import FIELDS as LINE_FIELDS
from tvist.intake.petition import FIELDS, Petition, read_petition
from tvist.procedure.codes import CodeKind, codes
from tvist.procedure.settings import procedure_on
from tvist.register.regions import state_regions

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "petition.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
EXAMPLES = sorted((DOCS / "examples").glob("*.json"))


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_follows_the_schema_is_read_and_is_marked_as_invented(file):
    raw = json.loads(file.read_text(encoding="utf-8"))
    assert not list(VALIDATOR.iter_errors(raw))
    assert isinstance(read_petition(raw, on=today()), Petition)
    assert raw["invented"] is True


def test_the_schema_names_the_fields_codes_and_limits_of_the_reader():
    line, rules = SCHEMA["$defs"]["claim_line"]["properties"], procedure_on(TODAY)
    assert set(SCHEMA["properties"]) == set(FIELDS)
    assert set(line) == set(LINE_FIELDS)
    for kind in (CodeKind.MEASURE, CodeKind.STATE_BASIS, CodeKind.MUNICIPAL_BASIS):
        assert line[kind.value]["enum"] == [code.code for code in codes(kind)]
    assert SCHEMA["$defs"]["party"]["anyOf"][1]["enum"] == [region.code for region in state_regions()]
    assert SCHEMA["$defs"]["text"]["maxLength"] == rules.longest_text
    assert SCHEMA["$defs"]["line"]["maxLength"] == rules.longest_line
    assert SCHEMA["properties"]["lines"]["maxItems"] == rules.most_claim_lines


VALUES = st.sampled_from(
    [None, "", " ", "x", 5, 0, -1, True, False, [], {}, "2024-03-10", "month", "stay", "principle", "state", "100,00", "other"]
)


def check_both(raw: dict[str, Any]) -> None:
    """What the reader takes, the schema takes: the schema never refuses a request that can be filed."""
    if isinstance(read_petition(raw, on=TODAY), Petition):
        assert not [error.message for error in VALIDATOR.iter_errors(raw)]


@settings(deadline=None)  # The first reading loads the registers.
@given(st.sampled_from(sorted(FIELDS)), VALUES)
def test_the_schema_takes_what_the_reader_takes(name, value):
    check_both(raw_petition(**{name: value}))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(LINE_FIELDS)), VALUES, max_size=4))
def test_the_schema_takes_the_lines_that_the_reader_takes(changes):
    check_both(raw_petition(lines=[a_line(**changes)]))


@pytest.mark.parametrize(
    "changes",
    [
        {"rate": ""},
        {"to": ""},
        {"runs": True},
        {"unit": "principle"},
        {"unit": "stay"},
        {"count": "2"},
        {"measure": "other"},
        {"measure": "hotel"},
        {"basis_words": ""},
        {"known_until": "2024-06-01"},
        {"extra": "x"},
        {"rate": 65000},
        {"from": "i går"},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses_for_its_shape(changes):
    raw = raw_petition(lines=[a_line(**changes)])
    assert isinstance(read_petition(raw, on=TODAY), list)
    assert list(VALIDATOR.iter_errors(raw))
