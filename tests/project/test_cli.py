"""The `tvist` commands, as somebody at a keyboard meets them."""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.people import NOON
from tests.scenes.decision import issued
from tests.scenes.intake import filed
from tvist.access.policy import Act
from tvist.accesslog.models import AccessEntry, Channel
from tvist.accounts.models import User
from tvist.cases.models import Case
from tvist.cli import CONTENTS, cli
from tvist.clock import now
from tvist.decision.models import IssuedFile
from tvist.documents.storage import LEFTOVERS_AFTER, PaperStore

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.json"))
DEADLINES = list(csv.DictReader((ROOT / "tests" / "data" / "deadline_examples.csv").read_text(encoding="utf-8").splitlines()))


@pytest.fixture
def on_disk(installation, tmp_path):
    """The installation with its papers in a folder, where each command finds them."""
    return replace(installation, papers=PaperStore(tmp_path / "papers", installation.keys))


@pytest.fixture
def tvist(on_disk, tmp_path):
    """`tvist("cases", "--json")`: a command on the test's own installation; `fails` is the exit status that is expected."""
    url = on_disk.database.engine.url.render_as_string(hide_password=False)
    environment = {
        "TVIST_INSTANCE": str(tmp_path),
        "TVIST_DATABASE_URL": url,
        "TVIST_PAPERS": str(tmp_path / "papers"),
        "TVIST_MODE": "demo",
    }

    def command(*words, fails=0):
        found = CliRunner().invoke(cli, [str(word) for word in words], env=environment)
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        assert found.exit_code == fails, found.output
        assert "Traceback" not in found.output
        return found.output

    return command


@pytest.fixture
def decided(database, cast, on_disk):
    """A decided case; its number is 2026/0001."""
    with database.writing() as session:
        issued(session, cast, on_disk, at=NOON + timedelta(days=30))
        session.commit()


def plain(*words, fails=0):
    """A command that needs no installation."""
    found = CliRunner().invoke(cli, [str(word) for word in words])
    assert found.exit_code == fails, found.output
    return found.output


def test_help_reads_like_a_table_of_contents():
    said = subprocess.run(
        [sys.executable, "-m", "tvist.cli", "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout

    places = [said.index(f"  {command.name} ") for _, commands in CONTENTS for command in commands]
    assert places == sorted(places)


def test_only_light_things_are_loaded_for_the_help():
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, tvist.cli; print(*sys.modules)"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()

    assert not {"sqlalchemy", "flask", "reportlab", "obstore", "babel", "gunicorn"} & set(loaded)


@pytest.mark.parametrize("row", DEADLINES, ids=lambda row: row["start"])
def test_a_deadline_begins_with_the_day(row):
    said = plain("deadline", row["start"], f"{row['length']} {row['unit'].replace('_', ' ')}")

    assert said.splitlines()[0] == row["deadline"]
    assert len(said.splitlines()) > 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("deadline", "2024-02-30", "3 weeks"), "30"),
        (("deadline", "2024-03-07", "3 fortnights"), "3 fortnights"),
        (("amount", "month", "-5", "2024-01-01", "2024-01-31"), "-5"),
        (("amount", "month", "500", "2024-02-01", "2024-01-31"), "1 February 2024"),
        (("amount", "stay", "500", "2024-01-01", "2024-01-31"), "stay"),
        (("statistics", "--from", "2024-02-01", "--to", "2024-01-31"), "before"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(words, says):
    found = CliRunner().invoke(cli, list(words))

    assert found.exit_code in {1, 2}
    assert says in found.output
    assert "Traceback" not in found.output


def test_an_amount_begins_with_the_ore():
    said = plain("amount", "month", 8500000, "2024-01-15", "2024-03-10").splitlines()

    assert said[0] == "15903226"
    assert "17 of 31 days" in said[1]
    assert plain("amount", "stay", 500000, "2024-01-01", "2024-01-31", 3).startswith("1500000\n")


def test_a_database_without_tables_is_told_what_to_do(tmp_path):
    found = CliRunner().invoke(cli, ["cases"], env={"TVIST_INSTANCE": str(tmp_path), "TVIST_DATABASE_URL": ""})

    assert found.exit_code == 1
    assert "tvist run" in found.output


def test_a_user_is_made_once_and_can_sign_in(tvist, cast, database):
    words = (
        "create-user",
        "--email",
        "Kari@Vik.Invalid",
        "--name",
        "Kari Oppdikta",
        "--role",
        "case_officer",
        "--organisation",
        "4639",
    )
    said = tvist(*words, "--password", "eit langt passord med fleire ord")

    assert "kari@vik.invalid" in said
    assert "already an account" in tvist(*words, "--password", "eit langt passord med fleire ord", fails=1)
    assert tvist(*words[:2], "per@vik.invalid", *words[3:], "--password", "passord", fails=1)
    with database.reading() as session:
        user = session.scalars(sa.select(User).where(User.email == "kari@vik.invalid")).one()
        assert [found.organisation.code for found in user.memberships] == ["4639"]
        assert user.password_hash
        assert session.scalar(sa.select(sa.func.count()).where(User.email == "per@vik.invalid")) == 0
        assert not user.is_invented


def test_a_new_organisation_is_taken_from_the_register(tvist, cast):
    words = (
        "create-user",
        "--email",
        "ola@alta.invalid",
        "--name",
        "Ola Oppdiktet",
        "--role",
        "authorised_filer",
        "--password",
        "et langt passord med ord",
    )

    assert "--mailbox" in tvist(*words, "--organisation", "5601", fails=2)
    assert "Alta" in tvist(*words, "--organisation", "5601", "--mailbox", "post@alta.invalid")
    assert "9999" in tvist(*words[:2], "per@alta.invalid", *words[3:], "--organisation", "9999", "--mailbox", "x@y.z", fails=1)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_filed_by_an_invented_filer(tvist, database, example):
    tvist("demo-data", "--cases", 0)
    number = tvist("file-case", example).strip()

    with database.reading() as session:
        case = session.scalars(sa.select(Case)).one()
        entry = session.scalars(sa.select(AccessEntry)).one()
        assert (case.number, case.is_invented, len(case.lines) > 0) == (number, True, True)
        assert (entry.channel, entry.case_id, entry.allowed) == (Channel.COMMAND_LINE, case.id, True)


def test_all_faults_of_a_file_are_said_at_once(tvist, cast, tmp_path, database):
    raw = json.loads(EXAMPLES[0].read_text(encoding="utf-8"))
    raw |= {"subject": "", "settlement": {"tried_on": "i fjor"}, "unknown": 1}
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(raw), encoding="utf-8")

    said = tvist("file-case", file, fails=1)

    assert all(f"{path}: " in said for path in ("subject", "settlement.tried_on", "settlement.by", "unknown"))
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Case)) == 0


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe", b'"text"'])
def test_a_file_that_holds_no_request_is_refused(tvist, cast, tmp_path, content):
    file = tmp_path / "wrong.json"
    file.write_bytes(content)

    assert "wrong.json" in tvist("file-case", file, fails=1)


def test_only_an_authorised_filer_of_the_requesting_side_may_file(tvist, database):
    tvist("demo-data", "--cases", 0)
    tvist(
        "create-user",
        "--email",
        "eva@x.invalid",
        "--name",
        "Eva",
        "--role",
        "evaluator",
        "--password",
        "et langt passord med ord",
    )

    said = tvist("file-case", EXAMPLES[0], "--as", "eva@x.invalid", fails=1)

    assert "not an authorised filer" in said
    assert "Nobody here" in tvist("file-case", EXAMPLES[0], "--as", "ingen@x.invalid", fails=1)
    with database.reading() as session:
        assert session.scalars(sa.select(AccessEntry.allowed)).all() == [False]
        assert session.scalar(sa.select(sa.func.count()).select_from(Case)) == 0


def test_cases_are_listed_as_text_and_as_json(tvist, database, cast, decided):
    with database.writing() as session:
        filed(session, cast)
        session.commit()

    listed = json.loads(tvist("cases", "--json"))

    assert [(row["number"], row["state"]) for row in listed] == [("2026/0001", "decided"), ("2026/0002", "received")]
    assert json.loads(tvist("cases", "--state", "dismissed", "--json")) == []
    assert tvist("cases", "--state", "received").startswith("2026/0002  received")


@pytest.mark.parametrize("number", ["2026/0001", "2026-1", "1/26", "sak 2026/1"])
def test_a_case_is_shown_by_any_form_of_its_number_and_the_opening_is_logged(tvist, database, decided, number):
    said = tvist("show-case", number)

    assert said.startswith("Case 2026/0001: ")
    assert all(f"\n{part}\n" in said for part in ("Claim lines", "Endings", "Journal"))
    with database.reading() as session:
        assert session.scalars(sa.select(AccessEntry.channel)).all() == [Channel.COMMAND_LINE]


def test_an_unknown_number_is_said_in_a_sentence(tvist, cast):
    assert "nothing of that name or number" in tvist("show-case", "2026/77", fails=1)
    assert "nothing of that name or number" in tvist("show-case", "tull", fails=1)


def test_the_stored_bytes_of_the_opinion_are_written(tvist, database, on_disk, decided, tmp_path):
    tvist("decision-pdf", "2026-0001", "-o", tmp_path / "opinion.pdf")

    with database.reading() as session:
        blob = session.scalar(sa.select(IssuedFile.blob_id))
    assert (tmp_path / "opinion.pdf").read_bytes() == b"".join(on_disk.papers.open(blob))


def test_no_opinion_and_a_lost_one_are_said(tvist, database, cast, on_disk, decided, tmp_path):
    with database.writing() as session:
        filed(session, cast)
        session.commit()
        on_disk.papers.delete(session.scalar(sa.select(IssuedFile.blob_id)))

    assert "has no issued opinion" in tvist("decision-pdf", "2026/0002", "-o", tmp_path / "a.pdf", fails=1)
    assert "not there" in tvist("decision-pdf", "2026/0001", "-o", tmp_path / "a.pdf", fails=1)
    assert not (tmp_path / "a.pdf").exists()


def test_statistics_as_text_json_and_csv(tvist, decided):
    period = ("statistics", "--from", "2026-01-01", "--to", "2026-12-31")

    assert "Cases in which an opinion was issued" in tvist(*period)
    told = {figure["code"]: figure["value"] for figure in json.loads(tvist(*period, "--json"))["figures"]}
    assert (told["received"], told["decided"], told["outcome.state"]) == (1, 1, 1)
    assert "decided;Cases with an opinion issued;1;cases" in tvist(*period, "--csv")


def test_letters_and_jobs_are_done_at_the_command_line(tvist, database, cast):
    with database.writing() as session:
        filed(session, cast)
        session.commit()

    assert "Bounced: 0" in tvist("send-letters")
    # The index of the request, and its receipt.
    assert tvist("work", "--once") == "2 jobs done.\n"
    assert tvist("work", "--once") == "0 jobs done.\n"


def test_check_says_what_it_finds_and_fails(tvist, database, decided, on_disk, tmp_path):
    assert tvist("check") == "Nothing found.\n"
    stored = on_disk.papers.put([b"nobody's"], max_bytes=None)
    days_ago = (now() - 2 * LEFTOVERS_AFTER).timestamp()
    os.utime(tmp_path / "papers" / "papers" / stored.blob_id, (days_ago, days_ago))

    assert "file.orphan" in tvist("check", fails=1)
    assert tvist("check", "--no-files") == "Nothing found.\n"


def test_demo_data_do_not_go_among_real_cases(tmp_path):
    for name in ("secret.key", "master.key"):
        (tmp_path / name).write_text("x" * 48)
    environment = {
        "TVIST_MODE": "production",
        "TVIST_INSTANCE": str(tmp_path),
        "TVIST_SECRET_KEY_FILE": str(tmp_path / "secret.key"),
        "TVIST_MASTER_KEY_FILE": str(tmp_path / "master.key"),
    }
    found = CliRunner().invoke(cli, ["demo-data"], env=environment)

    assert found.exit_code == 1
    assert "TVIST_UPLOADS_SCANNED" in found.output


def test_a_port_that_is_taken_ends_with_one_sentence_and_status_2():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = plain("run", "--port", taken.getsockname()[1], fails=2)

    assert "is taken by another program" in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.slow
def test_run_serves_works_and_stops(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "TVIST_INSTANCE": str(tmp_path), "TVIST_DATABASE_URL": "", "PORT": str(port)}
    subprocess.run([sys.executable, "-m", "tvist.cli", "demo-data", "--cases", "0"], env=environment, check=True, cwd=ROOT)
    with subprocess.Popen(
        [sys.executable, "-m", "tvist.cli", "run"], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            lines = iter(server.stdout.readline, "")
            assert any(f"http://127.0.0.1:{port}" in line for line in lines)
            page = urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=30)
            assert page.status == 200
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0


def test_who_saw_what_is_told_and_the_asking_is_logged(tvist, decided, database, tmp_path):
    tvist("show-case", "2026/0001")
    period = ("--from", "2020-01-01", "--to", "2099-01-01")
    assert "0 persons let in, 1 openings, 0 denied" in tvist("breach", "--case", "2026-1", *period)
    assert tvist("breach", "--case", "2026-1", *period, "--csv").count("\n") == 3
    assert "0 openings" in tvist("breach", "--person", "bo@example.invalid", *period)
    for words in ((), ("--sign-in", "99"), ("--case", "2026/9999"), ("--case", "2026-1", "--paper", "x")):
        tvist("breach", *words, *period, fails=1 if words else 2)
    tvist("breach", "--case", "2026-1", "--from", "2026-02-01", "--to", "2026-01-01", fails=2)
    with database.reading() as session:
        acts = session.scalars(sa.select(AccessEntry.act).order_by(AccessEntry.id)).all()
    assert acts == [Act.OPEN_CASE, Act.READ_BREACH, Act.EXPORT_BREACH, Act.READ_BREACH]

    assert "0 anchors" in tvist("write-anchors", tmp_path / "copy")
    (tmp_path / "copy" / "2026-01.anchors").parent.mkdir(exist_ok=True)
    (tmp_path / "copy" / "2026-01.anchors").write_text("")
    assert "never written over" in tvist("write-anchors", tmp_path / "copy", fails=1)
