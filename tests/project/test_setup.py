"""The set-up keeps its promises: locked, no addresses, understandable when something is missing; the checks find what they are for."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.databases import KINDS, Databases
from tools import check_locks, check_templates, check_words

ROOT = Path(__file__).resolve().parents[2]
OPENS_THE_FIRST_PAGE = """
from tvist import create_app

client = create_app().test_client()
assert client.get("/static/vendor/designsystemet/index.css").status_code == 200
print(client.get("/").get_data(as_text=True))
"""
LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-uv.lock",
    "requirements-scan.lock",
    "package.json",
    "package-lock.json",
)


# ---- Locks ----


@pytest.fixture
def locked(tmp_path):
    for name in LOCKS:
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_the_lock_files_are_in_order():
    assert check_locks.findings(ROOT) == []


def test_an_address_in_a_lock_is_found(locked):
    with (locked / "requirements-dev.lock").open("a") as lock:
        lock.write("--index-url https://packages.example/simple\n")

    assert "requirements-dev.lock holds an address" in check_locks.findings(locked)[0]


def test_a_package_that_runs_in_another_version_than_it_is_tested_in_is_found(locked):
    lock = locked / "requirements.lock"
    lock.write_text(lock.read_text().replace("flask==", "flask==9"))

    assert check_locks.findings(locked) == [
        "flask is not the same in requirements.lock and requirements-dev.lock: make both again"
    ]


def test_an_npm_address_is_found(locked):
    lock = locked / "package-lock.json"
    lock.write_text(lock.read_text().replace('"integrity"', '"resolved": "https://packages.example/x.tgz", "integrity"', 1))

    assert "holds an address" in check_locks.findings(locked)[0]


# ---- Words ----


@pytest.fixture
def worded(tmp_path):
    """A project that says one thing, in three languages."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text("{{ t('room.hello', name=name) }}")
    for language in check_words.LANGUAGES:
        folder = tmp_path / "tvist" / "translations" / language
        folder.mkdir(parents=True)
        (folder / "room.po").write_text('msgid "room.hello"\nmsgstr "Hei, {name}"\n')
    return tmp_path


def add_word(project, entry, languages=check_words.LANGUAGES):
    for language in languages:
        with (project / "tvist" / "translations" / language / "room.po").open("a") as catalogue:
            catalogue.write("\n" + entry + "\n")


def test_complete_words_pass(worded):
    assert check_words.findings(worded) == []


def test_a_language_that_lacks_a_code_is_found(worded):
    (worded / "tvist" / "page.py").write_text('Message("room.bye")')
    add_word(worded, 'msgid "room.bye"\nmsgstr "Hade"', ["nb", "en"])

    assert check_words.findings(worded) == ["room.po: room.bye is missing in nn"]


@pytest.mark.parametrize(
    ("program", "finding"),
    [
        ('Message("room.gone")', "tvist/page.py:1: no words for room.gone"),
        ('lazy("room.hello" if many else "room.gone")', "tvist/page.py:1: no words for room.gone"),
        ('class DoorColour(StrEnum):\n    RED = "red"', "tvist/page.py:1: no words for door_colour.red"),
    ],
)
def test_a_code_without_words_is_found(worded, program, finding):
    (worded / "tvist" / "page.py").write_text(program)

    assert check_words.findings(worded) == [finding]


@pytest.mark.parametrize("use", ['Message(f"room.{kind}")', 'SAID = ["room.bye"]', 'class Room(StrEnum):\n    BYE = "bye"'])
def test_a_word_is_used_where_its_code_stands_or_begins(worded, use):
    add_word(worded, 'msgid "room.bye"\nmsgstr "Hade"')
    assert check_words.findings(worded) == ["room.po: nothing uses room.bye"]

    (worded / "tvist" / "page.py").write_text(use)

    assert check_words.findings(worded) == []


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        ('msgid "room.bye"\nmsgstr ""', "nn/room.po: room.bye is empty"),
        ('#, fuzzy\nmsgid "room.bye"\nmsgstr "Hade"', "nn/room.po: room.bye is marked fuzzy"),
        ('msgid "room.bye"\nmsgstr "Hade, {name}"', "room.po: room.bye has not the same parameters everywhere"),
        (
            'msgid "room.bye"\nmsgid_plural "room.bye"\nmsgstr[0] "a"\nmsgstr[1] "b"',
            "room.po: room.bye has a plural in one language",
        ),
    ],
)
def test_a_translation_that_went_wrong_is_found(worded, entry, finding):
    (worded / "tvist" / "page.py").write_text('Message("room.bye")')
    add_word(worded, 'msgid "room.bye"\nmsgstr "Hade"', ["nb", "en"])
    add_word(worded, entry, ["nn"])

    assert any(found.startswith(finding) for found in check_words.findings(worded))


# ---- Templates ----


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("<p>Alone</p>", "extends base.html"),
        ('{% extends "base.html" %}{{ text | safe }}', "`|safe`"),
        ('{% extends "base.html" %}<p style="color: red">', "inline style"),
        ('{% extends "base.html" %}<script>alert(1)</script>', "inline script"),
        ('{% extends "base.html" %}<a onclick="go()">', "inline script"),
        ('{% extends "base.html" %}<img src="https://elsewhere.example/x.png">', "somebody else"),
        ('{% extends "base.html" %}<form method="post"><input></form>', "CSRF"),
    ],
)
def test_a_template_that_breaks_a_promise_is_found(tmp_path, text, finding):
    (tmp_path / "base.html").write_text("<title>Tvist</title>")
    (tmp_path / "page.html").write_text(text)

    assert [finding in found for found in check_templates.findings(tmp_path)] == [True]


def test_a_template_that_keeps_the_promises_passes(tmp_path):
    (tmp_path / "base.html").write_text('<script src="/static/js/x.js"></script>')
    (tmp_path / "_fields.html").write_text("{# `|safe` is not for us #}")
    (tmp_path / "_layout.html").write_text('{% extends "base.html" %}')
    (tmp_path / "page.html").write_text('{% extends "_layout.html" %}<form method="post">{{ csrf() }}</form>')

    assert check_templates.findings(tmp_path) == []


# ---- Set-up ----


def test_an_old_python_can_read_the_script_that_refuses_it():
    ast.parse((ROOT / "tools" / "packages.py").read_text(), feature_version=(3, 5))


def test_a_python_without_venv_is_told_what_to_install(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None")

    told = subprocess.run(
        [sys.executable, ROOT / "tools" / "packages.py"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 1
    assert told.stderr.strip().endswith(
        "install it (Debian and Ubuntu: apt install python3-venv) and run the same command again."
    )


@pytest.mark.slow
def test_a_wheel_takes_along_what_tvist_needs_elsewhere(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True, capture_output=True
    )

    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())

    assert "tvist/_shipped/templates/base.html" in names
    assert "tvist/_shipped/migrations/env.py" in names
    assert "tvist/static/vendor/designsystemet/index.css" in names
    assert "tvist/static/vendor/source-sans/SourceSans3-Regular.ttf" in names
    assert {name for name in names if name.endswith(".po")} >= {
        f"tvist/translations/{language}/codes.po" for language in ("nb", "nn", "en")
    }
    assert not {name for name in names if not name.startswith(("tvist/", "tvist-0.1.0.dist-info/"))}


@pytest.mark.slow
def test_tvist_runs_from_its_wheel_elsewhere(tmp_path):
    """Templates, migrations, words, codes and assets come from the wheel: the packages are those of the tests, Tvist is not."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    elsewhere.mkdir()

    def said(code, *words):
        found = subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=elsewhere,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.returncode == 0, found.stderr
        return found.stdout

    command = "from tvist.cli import cli; cli()"
    assert said("import tvist; print(tvist.__file__)").startswith(str(site))
    assert "demo-data" in said(command, "--help")
    said(command, "demo-data", "--cases", "3")
    assert "Nothing found." in said(command, "check")
    assert "<h1" in said(OPENS_THE_FIRST_PAGE)


# ---- Databases for tests ----


def one_table(url):
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE thing (id INTEGER PRIMARY KEY)"))
    engine.dispose()


def things(url):
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO thing DEFAULT VALUES" if "sqlite" in url else "INSERT INTO thing VALUES (1)"))
        count = connection.scalar(sa.text("SELECT count(*) FROM thing"))
    engine.dispose()
    return count


@pytest.mark.parametrize("kind", KINDS)
def test_every_test_gets_a_database_of_its_own(tmp_path, kind):
    migrated = []

    with Databases(tmp_path, lambda url: migrated.append(url) or one_table(url)) as databases:
        for _ in range(2):
            with databases.fresh(kind) as url:
                assert things(url) == 1

    assert len(migrated) == 1


@pytest.mark.slow
@pytest.mark.skipif("TVIST_TEST_DATABASE_URL" in os.environ, reason="the server named in TVIST_TEST_DATABASE_URL stays")
def test_the_postgresql_of_killed_tests_goes_down(tmp_path):
    tests = "import sys, time; from pathlib import Path; from tests.databases import start_postgresql as start\n"
    tests += "held = start(Path(sys.argv[1])); print(held[0], flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", tests, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        url = running.stdout.readline().strip().replace("+psycopg", "")
        psycopg.connect(url).close()
        running.send_signal(signal.SIGKILL)

    folder = Path((tmp_path / "server").read_text())
    for _ in range(200):
        if not folder.exists():
            break
        time.sleep(0.05)

    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
