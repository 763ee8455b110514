"""Every setting, its default and its meaning; the program stops at start if a secret is missing.

Settings come from the environment (`TVIST_…`). Rules of the procedure are no settings of a machine: they stand in `tvist.procedure.settings`.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
SHORTEST_SECRET = 32
_CLAMD = re.compile(r"unix:/.+|tcp://[^/:]+:[0-9]{1,5}")
REQUEST_SECONDS, MIN_SECONDS, MAX_SECONDS = 15.0, 0.2, 600.0
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
SECRET_ADDRESSES = ("TVIST_DATABASE_URL", "TVIST_SMTP_URL", "TVIST_BOUNCE_IMAP")
"""Addresses that may hold a pass word: each may stand in a file instead, named by the same setting with `_FILE` at its end."""
DEMO_SEAL = "demo-seal.p12"
"""The demo's own certificate, in the instance."""


class Mode(StrEnum):
    """Whether people and cases are invented (demo) or real (production)."""

    DEMO = "demo"
    PRODUCTION = "production"


class Misconfigured(Exception):
    """A setting is missing or unsafe; the text says which and what to do."""


@dataclass(frozen=True)
class OutsideSignIn:
    """The national sign-in (OpenID Connect): ID-porten, where a person is a person, or Ansattporten, where they act for an organisation."""

    issuer: str
    client_id: str
    key_file: Path
    """Our RSA key (PEM), by which we prove to the provider who we are (private_key_jwt)."""
    key_id: str
    """What the provider calls that key; empty where it has only one of ours."""
    acr: tuple[str, ...]
    """The levels of assurance that are enough; the first is asked for. They stand for our second factor."""
    name: str
    """What the provider is called on our pages."""
    subject: str
    """The claim by which a person is known again; only its keyed hash is kept."""
    organisation: tuple[str, ...]
    """Where the number of the acting organisation stands in the token: names from the outside in, through lists; empty where none is told."""
    details: str
    """What is asked for as `authorization_details` (JSON), which makes Ansattporten ask whom one acts for."""


@dataclass(frozen=True)
class Config:
    """The settings of one installation."""

    mode: Mode
    instance: Path
    database_url: str
    secret_key_file: Path
    master_key_file: Path
    papers_url: str
    """Where papers are kept: a folder, or an address such as s3://bucket."""
    anchors: Path
    """The folder outside the database that the anchors of the access log are written to, and never written over (TVIST_ANCHORS)."""
    smtp_url: str | None
    """smtp://user:password@host:port, smtps://… for TLS from the start; None keeps letters in the program, to be read there."""
    mail_from: str
    bounce_address: str
    """Where letters that come back are sent, as `retur@…` or `retur+{id}@…`; empty sends them to `mail_from`."""
    bounce_imap: str | None
    """The mailbox that those letters land in: imaps://user:password@host:port/folder (INBOX without one); None reads no mailbox."""
    bounce_secret_file: Path | None
    """The file with the secret by which a mail service signs what it tells of letters that came back; None takes no such message."""
    base_url: str
    """The address of the program as its users write it; stands in letters."""
    uploads_scanned: bool
    """Whether uploaded papers are scanned for viruses before they reach the program; production demands that or `clamd`."""
    clamd: str | None
    """Where ClamAV's daemon listens, unix:/path or tcp://host:port: each paper is scanned before it is kept, and refused while nobody can scan it."""
    seal_file: Path | None
    """The certificate that opinions are sealed with and its key (PKCS#12), readable by the worker alone. The demo makes its own; without one
    production issues nothing: what is ordered waits."""
    seal_password_file: Path | None
    """The file with the password of `seal_file`; None for one without."""
    seal_chain_file: Path | None
    """Further certificates (PEM): between the seal's and its root, and the roots of the seal and of the time stamps."""
    timestamp_url: str | None
    """A time-stamping authority (RFC 3161) that witnesses when a file was sealed; None for no time stamp."""
    seals_long_term: bool
    """Whether what proves the certificates (revocation lists) and an archive time stamp are put into the file, so that it can be proved when they have expired."""

    outside: OutsideSignIn | None
    """The national sign-in; None for accounts of our own alone."""
    request_seconds: float
    """How long a request may be silent, and how long its head may take, before the server lets it go."""
    proxies: int
    """How many proxies of our own stand in front (TVIST_PROXIES): what that many of them say of the browser's address is believed, nothing else."""
    public_searchable: bool
    """Whether search engines may keep the public pages; without it they are asked to stay away (TVIST_PUBLIC_SEARCHABLE=yes)."""

    @property
    def is_https(self) -> bool:
        """Browsers reach the program by https."""
        return self.base_url.startswith("https://")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names under which it answers: that of its address, and this machine's own, under which probes and the demo ask."""
        named = urlsplit(self.base_url).hostname
        return (*((named,) if named else ()), *LOOPBACK)

    @property
    def is_demo(self) -> bool:
        """People and cases are invented, and every page says so."""
        return self.mode is Mode.DEMO


def read_config(environment: Mapping[str, str] | None = None) -> Config:
    """Read the settings, make the demo's own keys, and refuse an unsafe production.

    Raises `Misconfigured` naming the setting.
    """
    env = _with_files(os.environ if environment is None else environment)
    mode = _mode(env.get("TVIST_MODE", Mode.DEMO))
    instance = Path(env.get("TVIST_INSTANCE", "instance")).resolve()
    config = Config(
        mode=mode,
        instance=instance,
        database_url=_driver_named(env.get("TVIST_DATABASE_URL") or f"sqlite:///{instance / 'tvist.sqlite'}"),
        secret_key_file=Path(env.get("TVIST_SECRET_KEY_FILE") or instance / "secret.key"),
        master_key_file=Path(env.get("TVIST_MASTER_KEY_FILE") or instance / "master.key"),
        papers_url=env.get("TVIST_PAPERS") or str(instance / "papers"),
        anchors=_file(env, "TVIST_ANCHORS") or instance / "anchors",
        smtp_url=env.get("TVIST_SMTP_URL") or None,
        mail_from=env.get("TVIST_MAIL_FROM", "ikke-svar@tvist.invalid"),
        bounce_address=env.get("TVIST_BOUNCE_ADDRESS", ""),
        bounce_imap=env.get("TVIST_BOUNCE_IMAP") or None,
        bounce_secret_file=_file(env, "TVIST_BOUNCE_SECRET_FILE"),
        base_url=env.get("TVIST_BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
        uploads_scanned=env.get("TVIST_UPLOADS_SCANNED", "") == "yes",
        outside=_outside(env, mode),
        clamd=env.get("TVIST_CLAMD") or None,
        request_seconds=_seconds(env, "TVIST_REQUEST_SECONDS", REQUEST_SECONDS),
        proxies=_proxies(env.get("TVIST_PROXIES", "0")),
        public_searchable=env.get("TVIST_PUBLIC_SEARCHABLE", "") == "yes",
        seal_file=_file(env, "TVIST_SEAL_FILE") or (instance / DEMO_SEAL if mode is Mode.DEMO else None),
        seal_password_file=_file(env, "TVIST_SEAL_PASSWORD_FILE"),
        seal_chain_file=_file(env, "TVIST_SEAL_CHAIN"),
        timestamp_url=env.get("TVIST_TIMESTAMP_URL") or None,
        seals_long_term=env.get("TVIST_SEAL_LONG_TERM", "") == "yes",
    )
    _refuse_half_a_seal(config)
    if config.clamd and not _CLAMD.fullmatch(config.clamd):
        message = "TVIST_CLAMD: write unix:/path/of/its/socket or tcp://host:port."
        raise Misconfigured(message)
    if config.is_demo:
        _make_demo_instance(config)
    else:
        _refuse_unsafe_production(config, env)
    return config


def secret_key(config: Config) -> str:
    """The key that signs cookies. Raises `Misconfigured` when its file is missing or too short."""
    return _secret_in(config.secret_key_file, "TVIST_SECRET_KEY_FILE")


def bounce_secret(config: Config) -> str | None:
    """The secret that signs messages of letters that came back; None where no such message is taken. Raises `Misconfigured`."""
    return _secret_in(config.bounce_secret_file, "TVIST_BOUNCE_SECRET_FILE") if config.bounce_secret_file else None


def _secret_in(file: Path, setting: str) -> str:
    try:
        text = file.read_text().strip()
    except OSError:
        message = f"{setting}: {file} cannot be read. Make it: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        raise Misconfigured(message) from None
    if len(text) < SHORTEST_SECRET:
        message = f"{setting}: the secret in {file} is shorter than {SHORTEST_SECRET} characters."
        raise Misconfigured(message)
    return text


def room(name: str) -> Path:
    """The folder `templates` or `migrations`: inside an installed wheel, else beside the package in a checkout."""
    shipped = HERE / "_shipped" / name
    return shipped if shipped.is_dir() else HERE.parent / name


def _file(env: Mapping[str, str], name: str) -> Path | None:
    return Path(env[name]) if env.get(name) else None


def _outside(env: Mapping[str, str], mode: Mode) -> OutsideSignIn | None:
    """The national sign-in as it is set up; None where it is not. Raises `Misconfigured` for half of it."""
    issuer = env.get("TVIST_OIDC_ISSUER", "")
    if not issuer:
        return None
    for name in ("TVIST_OIDC_CLIENT_ID", "TVIST_OIDC_KEY_FILE", "TVIST_OIDC_ACR"):
        if not env.get(name, "").strip():
            message = f"{name} must be set with TVIST_OIDC_ISSUER: without it nobody can sign in there."
            raise Misconfigured(message)
    if not issuer.startswith("https://") and not (mode is Mode.DEMO and issuer.startswith("http://")):
        message = "TVIST_OIDC_ISSUER: write the provider's address exactly as it names itself, beginning with https://."
        raise Misconfigured(message)
    key_file = Path(env["TVIST_OIDC_KEY_FILE"])
    try:
        is_rsa = "PRIVATE KEY-----" in key_file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        is_rsa = False
    if not is_rsa:
        message = f"TVIST_OIDC_KEY_FILE: {key_file} is not there, or holds no private key (PEM, RSA, without a password)."
        raise Misconfigured(message)
    return OutsideSignIn(
        issuer=issuer,
        client_id=env["TVIST_OIDC_CLIENT_ID"],
        key_file=key_file,
        key_id=env.get("TVIST_OIDC_KEY_ID", ""),
        acr=tuple(env["TVIST_OIDC_ACR"].split()),
        name=env.get("TVIST_OIDC_NAME") or "Ansattporten",
        subject=env.get("TVIST_OIDC_SUBJECT") or "sub",
        organisation=tuple(part for part in env.get("TVIST_OIDC_ORGANISATION", "").split(".") if part),
        details=env.get("TVIST_OIDC_DETAILS", ""),
    )


def _seconds(env: Mapping[str, str], name: str, default: float) -> float:
    try:
        seconds = float(env.get(name) or default)
    except ValueError:
        seconds = 0.0
    if not MIN_SECONDS <= seconds <= MAX_SECONDS:
        message = f"{name}: write a number of seconds from {MIN_SECONDS:g} to {MAX_SECONDS:g}."
        raise Misconfigured(message)
    return seconds


def _with_files(env: Mapping[str, str]) -> Mapping[str, str]:
    """The settings with those that hold a secret within an address read from a file where one is named (`TVIST_DATABASE_URL_FILE`)."""
    found = dict(env)
    for name in SECRET_ADDRESSES:
        if file := env.get(f"{name}_FILE"):
            if env.get(name):
                message = f"{name} and {name}_FILE are both set: keep one of them."
                raise Misconfigured(message)
            try:
                found[name] = Path(file).read_text(encoding="utf-8").strip()
            except OSError:
                message = f"{name}_FILE: {file} cannot be read."
                raise Misconfigured(message) from None
    return found


def _proxies(text: str) -> int:
    if not re.fullmatch(r"[0-9]", text):
        message = f"TVIST_PROXIES: write how many proxies of your own stand in front, from 0 to 9, not {text!r}."
        raise Misconfigured(message)
    return int(text)


def _refuse_half_a_seal(config: Config) -> None:
    """What a program cannot put right by waiting is said at its start."""
    if config.timestamp_url and not config.timestamp_url.startswith(("http://", "https://")):
        message = "TVIST_TIMESTAMP_URL: write the address of the time-stamping authority, beginning with https:// or http://."
        raise Misconfigured(message)
    if config.seals_long_term and not (config.timestamp_url and config.seal_chain_file):
        message = (
            "TVIST_SEAL_LONG_TERM needs TVIST_TIMESTAMP_URL and TVIST_SEAL_CHAIN: without a time stamp, and the roots that it and "
            "the seal lead to, nothing is proved when the certificate has expired."
        )
        raise Misconfigured(message)


def _mode(text: str) -> Mode:
    try:
        return Mode(text)
    except ValueError:
        message = f"TVIST_MODE: write demo or production, not {text!r}."
        raise Misconfigured(message) from None


def _driver_named(url: str) -> str:
    """Accept the common spellings of a PostgreSQL address; the driver is always psycopg 3."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _make_demo_instance(config: Config) -> None:
    config.instance.mkdir(parents=True, exist_ok=True)
    if not config.secret_key_file.exists():
        write_private(config.secret_key_file, secrets.token_urlsafe(48) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner can read, and see it on the disk. Raises FileExistsError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _refuse_unsafe_production(config: Config, env: Mapping[str, str]) -> None:
    for name in ("TVIST_SECRET_KEY_FILE", "TVIST_MASTER_KEY_FILE"):
        if not env.get(name):
            message = f"{name} must be set in production: the file that holds the secret, readable by the service alone."
            raise Misconfigured(message)
    secret_key(config)
    if not config.master_key_file.is_file():
        message = f"TVIST_MASTER_KEY_FILE: {config.master_key_file} is not there. Without it no paper and no vote can be read."
        raise Misconfigured(message)
    if not (config.uploads_scanned or config.clamd):
        message = (
            "TVIST_UPLOADS_SCANNED is not 'yes' and TVIST_CLAMD not set: production does not start while uploaded papers are not "
            "scanned for viruses."
        )
        raise Misconfigured(message)
