"""The code by which who holds an opinion, on paper or as a file, finds out whether it is ours: made when issue or a correction is ordered."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from tvist.decision.record import VERIFY

if TYPE_CHECKING:
    from tvist.decision.models import IssuedFile

Record = dict[str, Any]
ALPHABET: Final = "3479ACDEFHJKMNPRTWXY"
"""No letter or digit in it is taken for another: neither 0 and O, 1 and I and L, 2 and Z, 5 and S, 6 and G, 8 and B, nor U and V."""
GROUPS: Final = 4
GROUP: Final = 4
"""Sixteen of twenty signs, 69 bits: nobody guesses one."""
_BETWEEN: Final = r"[\W_]{0,3}"
_CODE: Final = re.compile(
    rf"(?<![^\W_]){_BETWEEN.join([f'[{ALPHABET}]'] * (GROUPS * GROUP))}(?![^\W_])",
)
SEALED_BY: Final = "sealed_by"


def new_code() -> str:
    """A code that nobody has had, in groups that can be read aloud: `A3KT-9FNW-...`."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def read_code(typed: str) -> str | None:
    """The code in what somebody typed or pasted: also in small or wide letters, without lines between, in a whole address, or after a word.

    None where there is none, or more than one.
    """
    text = "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if unicodedata.category(sign) != "Cf")
    found = {"".join(sign for sign in code[0] if sign.isalnum()) for code in _CODE.finditer(text)}
    if len(found) != 1:
        return None
    signs = found.pop()
    return "-".join(signs[start : start + GROUP] for start in range(0, len(signs), GROUP))


def verify_record(verify_at: str) -> Record:
    """What a frozen record holds of it: a new code, and its own address where the program's is known (`verify_at`, to which the code is added)."""
    code = new_code()
    return {VERIFY: {"code": code, "address": f"{verify_at}{code}" if verify_at else ""}}


def verify_address(base_url: str) -> str:
    """The address to which a code is added."""
    return f"{base_url}/verify/"


def code_in(record: Record) -> str | None:
    """The code of a frozen record; None in one from before there were codes."""
    found: str | None = record.get(VERIFY, {}).get("code")
    return found


def with_seal(record: Record, by: str) -> Record:
    """The record as it is printed: with whom the certificate of the seal names, which is known when the file is made and stands in its row."""
    return record | {VERIFY: record[VERIFY] | {SEALED_BY: by}} if VERIFY in record and by else record


def record_of(file: IssuedFile) -> Record:
    """The record that this version of the opinion was printed from."""
    decision = file.decision
    frozen = next((each.record for each in decision.corrections if each.version == file.version), None) or decision.record
    return with_seal(frozen, file.sealed_by)
