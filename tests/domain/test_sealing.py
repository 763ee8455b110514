"""The seal on a file: what it proves, what it refuses, and that whoever looks into a changed file is told (rule 38)."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.documents.kinds import file_of
from tests.people import NOON
from tests.seal_authority import AWAY, BY, REFUSING, TALKING_NONSENSE, Authorities, Running
from tests.verapdf import faults
from tvist.config import Misconfigured, read_config
from tvist.pdf import Document, heading, prose, render
from tvist.sealing import NoSeal, begins_with, inspect, seal
from tvist.sealing.certificates import DEMO_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tvist.config import Config

DAY = timedelta(days=1)
PYHANKO = Path(sys.executable).parent / "pyhanko"


@pytest.fixture(scope="module")
def authorities() -> Iterator[Authorities]:
    with Running() as found:
        yield found


@pytest.fixture(autouse=True)
def at_their_best(authorities: Authorities) -> None:
    authorities.mood = ""


@cache
def a_file() -> bytes:
    document = Document(
        title="Rådgivende uttalelse", language="nb", reference="2026/1", short_title="Vik mot Bufetat", made_on=date(2026, 3, 2)
    )
    return render(document, [heading("Rådgivende uttalelse"), prose("Staten bør dekke oppholdet.\n\n" * 60)])


def config_of(tmp_path: Path, **settings: str) -> Config:
    return read_config({"TVIST_INSTANCE": str(tmp_path), **settings})


def with_seal(authorities: Authorities, tmp_path: Path, **settings: str) -> Config:
    return config_of(tmp_path, **authorities.write(tmp_path), **settings)


def long_term(authorities: Authorities, tmp_path: Path) -> Config:
    return with_seal(authorities, tmp_path, TVIST_TIMESTAMP_URL=authorities.tsa_url, TVIST_SEAL_LONG_TERM="yes")


def now() -> datetime:
    return datetime.now(UTC)


def why_not(config: Config, at: datetime) -> str:
    with pytest.raises(NoSeal) as refused:
        seal(a_file(), config, at)
    return type(refused.value).__name__


def validated(data: bytes, authorities: Authorities, tmp_path: Path) -> tuple[int, str]:
    """What pyHanko's own command says, with our root as the one it trusts."""
    (tmp_path / "sealed.pdf").write_bytes(data)
    trust = ["--trust", str(tmp_path / "chain.pem"), "--trust-replace", "--no-revocation-check"]
    command = [str(PYHANKO), "sign", "validate", *trust, str(tmp_path / "sealed.pdf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    return done.returncode, done.stdout + done.stderr


# ---- What a seal proves ----


def test_a_sealed_file_is_whole_and_says_who_and_when(authorities: Authorities, tmp_path: Path) -> None:
    sealed = seal(a_file(), with_seal(authorities, tmp_path), NOON)
    found = inspect(sealed.data)

    assert (sealed.by, sealed.level, sealed.at) == (BY, "B-B", NOON)
    assert (found.is_good, found.by, found.sealed_at, found.timestamped_at) == (True, BY, NOON, None)
    assert begins_with(sealed.data, hashlib.sha256(a_file()).hexdigest())


def test_the_demo_makes_its_own_certificate_once_and_marks_it(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    first, second = seal(a_file(), config, NOON), seal(a_file(), config, NOON)

    assert DEMO_NAME in first.by
    assert inspect(first.data).fingerprint == inspect(second.data).fingerprint
    assert config.seal_file is not None
    assert config.seal_file.stat().st_mode & 0o077 == 0


def test_the_seal_names_no_person_and_shows_nothing(authorities: Authorities, tmp_path: Path) -> None:
    added = seal(a_file(), with_seal(authorities, tmp_path), NOON).data[len(a_file()) :]

    assert re.findall(rb"/Rect ?\[ ?([^\]]*?) ?\]", added) == [b"0 0 0 0"]
    assert re.findall(rb"/(Reason|Location|Name|ContactInfo) ?\(([^)]*)\)", added) == [
        (b"Location", b"Norge"),
        (b"Reason", b"Forsegling av dokumentet"),
    ]


@pytest.mark.parametrize(
    ("kind_of_document", "level"),
    [
        *((each, level) for each in ("nothing", "letter", "opinion, nb", "opinion, nn") for level in ("B-B", "B-LTA")),
        *(("public opinion, nn", "B-B"), ("opinion, long", "B-LTA"), ("opinion, long nn", "B-B")),
    ],
)
def test_the_sealed_file_conforms_as_the_unsealed_does(
    authorities: Authorities, tmp_path: Path, kind_of_document: str, level: str
) -> None:
    """Of 1, 5 and 60 pages in both forms; that the unsealed ones conform is tried in tests/documents/test_conformance.py."""
    config = with_seal(authorities, tmp_path) if level == "B-B" else long_term(authorities, tmp_path)
    sealed = seal(file_of(kind_of_document), config, now())

    assert (sealed.level, inspect(sealed.data).is_good) == (level, True)
    assert faults(sealed.data, "2a") == []
    assert faults(sealed.data, "ua1") == []


def test_one_changed_byte_is_seen_by_us_and_by_pyhankos_own_command(authorities: Authorities, tmp_path: Path) -> None:
    sealed = seal(a_file(), with_seal(authorities, tmp_path), NOON).data
    code, words = validated(sealed, authorities, tmp_path)
    assert (code, "INTACT:TRUSTED,UNTOUCHED" in words) == (0, True), words

    for place in (20, len(a_file()) // 2, len(a_file()) + 400):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert not inspect(bytes(changed)).is_good
        assert not begins_with(bytes(changed), hashlib.sha256(a_file()).hexdigest()) or place > len(a_file())
        code, words = validated(bytes(changed), authorities, tmp_path)
        assert code != 0, words


def test_what_is_added_after_the_seal_is_seen(authorities: Authorities, tmp_path: Path) -> None:
    sealed = seal(a_file(), with_seal(authorities, tmp_path), NOON).data

    for added in (b"\n", b"% a remark\n", b"\n1 0 obj <<>> endobj\n%%EOF\n", sealed):
        assert not inspect(sealed + added).is_good


@pytest.mark.parametrize("data", [b"", b"text", b"%PDF-1.7\n%%EOF\n", b"%PDF-1.7\n" + b"\x00" * 5000, b"%PDF-" + b"[" * 5000])
def test_what_is_no_sealed_pdf_is_simply_not_sealed(data: bytes) -> None:
    assert not inspect(data).is_sealed
    assert not inspect(a_file()).is_sealed


# ---- Time stamps and what lasts ----


def test_an_authority_witnesses_the_moment(authorities: Authorities, tmp_path: Path) -> None:
    sealed = seal(a_file(), with_seal(authorities, tmp_path, TVIST_TIMESTAMP_URL=authorities.tsa_url), now())
    found = inspect(sealed.data)

    assert (sealed.level, found.is_good) == ("B-T", True)
    assert found.timestamped_at is not None
    assert abs(found.timestamped_at - now()) < timedelta(minutes=2)


def test_the_proofs_of_the_certificates_stand_in_the_file_and_nothing_is_fetched_to_look(
    authorities: Authorities, tmp_path: Path
) -> None:
    sealed = seal(a_file(), long_term(authorities, tmp_path), now())
    asked, authorities.mood = authorities.asked, AWAY

    assert (sealed.level, inspect(sealed.data).is_good) == ("B-LTA", True)
    assert b"/DSS" in sealed.data
    assert authorities.asked == asked
    assert not inspect(sealed.data + b"\n%x\n").is_good
    assert not inspect(sealed.data[:-900] + b"\x01" + sealed.data[-899:]).is_good


@pytest.mark.parametrize(
    ("mood", "why"), [(AWAY, "TimestampAway"), (REFUSING, "TimestampRefused"), (TALKING_NONSENSE, "TimestampRefused")]
)
def test_a_time_stamp_that_cannot_be_had_gives_no_seal_at_all(authorities: Authorities, tmp_path: Path, mood, why) -> None:
    config = with_seal(authorities, tmp_path, TVIST_TIMESTAMP_URL=authorities.tsa_url)
    authorities.mood = mood
    assert why_not(config, now()) == why

    authorities.mood = ""
    assert seal(a_file(), config, now()).level == "B-T"


def test_an_authority_that_nobody_answers_for_is_away(authorities: Authorities, tmp_path: Path) -> None:
    config = with_seal(authorities, tmp_path, TVIST_TIMESTAMP_URL="http://127.0.0.1:1/tsa")
    assert why_not(config, now()) == "TimestampAway"


def test_long_term_without_the_roots_gives_no_seal(authorities: Authorities, tmp_path: Path) -> None:
    config, others = long_term(authorities, tmp_path), tmp_path / "others"
    others.mkdir()
    Authorities(port=authorities.port).write(others)
    (others / "chain.pem").replace(tmp_path / "chain.pem")

    assert why_not(config, now()) == "Unproved"


# ---- The certificate ----


def test_production_without_a_certificate_seals_nothing(tmp_path: Path) -> None:
    config = production(tmp_path)
    assert config.seal_file is None
    assert why_not(config, NOON) == "NoCertificate"


def production(tmp_path: Path, **settings: str) -> Config:
    for name in ("secret.key", "master.key"):
        (tmp_path / name).write_text("x" * 64)
    keys = {
        "TVIST_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
        "TVIST_MASTER_KEY_FILE": str(tmp_path / "master.key"),
        "TVIST_UPLOADS_SCANNED": "yes",
    }
    return config_of(tmp_path, TVIST_MODE="production", **keys, **settings)


def test_a_certificate_is_used_between_its_days_alone(authorities: Authorities, tmp_path: Path) -> None:
    settings = authorities.write(tmp_path, start=NOON - DAY, end=NOON + DAY)
    config = config_of(tmp_path, **settings)

    assert why_not(config, NOON - 2 * DAY) == "CertificateNotYetValid"
    assert seal(a_file(), config, NOON).by == BY
    assert why_not(config, NOON + 2 * DAY) == "ExpiredCertificate"


def test_a_wrong_password_is_told_from_a_file_that_is_no_certificate(authorities: Authorities, tmp_path: Path) -> None:
    config = config_of(tmp_path, **authorities.write(tmp_path, password="riktig hest batteri"))
    assert seal(a_file(), config, NOON).by == BY

    (tmp_path / "seal.password").write_text("galt")
    assert why_not(config, NOON) == "WrongSealPassword"
    (tmp_path / "seal.password").unlink()
    assert why_not(config, NOON) == "WrongSealPassword"
    (tmp_path / "seal.password").write_text("riktig hest batteri")
    (tmp_path / "seal.p12").write_bytes(b"not a certificate")
    assert why_not(config, NOON) == "UnfitCertificate"
    (tmp_path / "seal.p12").unlink()
    assert why_not(config, NOON) == "NoCertificate"


def test_half_a_setting_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="TVIST_TIMESTAMP_URL"):
        config_of(tmp_path, TVIST_SEAL_LONG_TERM="yes")
    with pytest.raises(Misconfigured, match="TVIST_TIMESTAMP_URL"):
        config_of(tmp_path, TVIST_TIMESTAMP_URL="tsa.example.invalid")


def test_who_seals_nothing_does_not_load_pyhanko() -> None:
    told = "import sys, tvist.pages, tvist.decision.files; print('pyhanko' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
