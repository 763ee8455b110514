"""The certificate that seals, from a PKCS#12 file; the demo makes its own, whose subject says that it is one."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tvist.config import DEMO_SEAL
from tvist.sealing.refusals import CertificateNotYetValid, ExpiredCertificate, NoCertificate, UnfitCertificate, WrongSealPassword

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from tvist.config import Config

DEMO_NAME: Final = "DEMO – oppdiktet segl"
DEMO_BODY: Final = "Tvist DEMO (oppdiktet)"
_DEMO_FROM: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Before every day that an invented case plays on."""
_DEMO_UNTIL: Final = datetime(2049, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class SealCertificate:
    """A certificate with its key, and the certificates that came along or stand in the chain file."""

    key: RSAPrivateKey | EllipticCurvePrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @property
    def by(self) -> str:
        """Whom it names."""
        return named_in(self.certificate)


def certificate_of(config: Config, at: datetime) -> SealCertificate:
    """The certificate of this installation, valid at `at`. Raises `NoSeal`, of the class that says why."""
    own = config.instance / DEMO_SEAL
    if config.is_demo and config.seal_file == own and not own.exists():
        make_demo_certificate(own)
    found = _opened(config)
    if at > found.certificate.not_valid_after_utc:
        raise ExpiredCertificate
    if at < found.certificate.not_valid_before_utc:
        raise CertificateNotYetValid
    return found


def named_in(certificate: x509.Certificate) -> str:
    """The subject in words: name, organisation, its number and country, as they stand in it; one that names nobody as RFC 4514 writes it."""
    from cryptography.x509.oid import NameOID

    kinds = (
        NameOID.COMMON_NAME,
        NameOID.ORGANIZATION_NAME,
        NameOID.ORGANIZATION_IDENTIFIER,
        NameOID.SERIAL_NUMBER,
        NameOID.COUNTRY_NAME,
    )
    subject = certificate.subject
    found = [str(each.value) for kind in kinds for each in subject.get_attributes_for_oid(kind)]
    return ", ".join(dict.fromkeys(found)) or subject.rfc4514_string() or "?"


def make_demo_certificate(path: Path) -> None:
    """Make a key and a certificate that it signed itself. Of two who make one at the same time, the first one's stands."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "NO"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEMO_BODY),
            x509.NameAttribute(NameOID.COMMON_NAME, DEMO_NAME),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), _DEMO_FROM, _DEMO_UNTIL)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_once(path, pkcs12.serialize_key_and_certificates(DEMO_BODY.encode(), key, certificate, None, NoEncryption()))


def _write_once(path: Path, content: bytes) -> None:
    """Write a whole private file, unless one is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not path.exists():
            os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _opened(config: Config) -> SealCertificate:
    """What the file holds, proved to fit together."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import pkcs12

    content, password = _read(config)
    try:
        key, certificate, more = pkcs12.load_key_and_certificates(content, password)
    except ValueError as error:
        raise (WrongSealPassword if _is_pkcs12(content) else UnfitCertificate) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or certificate is None:
        raise UnfitCertificate
    if certificate.public_key() != key.public_key() or not _may_sign(certificate):
        raise UnfitCertificate
    return SealCertificate(key, certificate, (*more, *_chain(config)))


def _read(config: Config) -> tuple[bytes, bytes | None]:
    if config.seal_file is None:
        raise NoCertificate
    try:
        content = config.seal_file.read_bytes()
    except OSError as error:
        raise NoCertificate from error
    if config.seal_password_file is None:
        return content, None
    try:
        return content, config.seal_password_file.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise WrongSealPassword from error


def _chain(config: Config) -> list[x509.Certificate]:
    from cryptography import x509

    if config.seal_chain_file is None:
        return []
    try:
        return x509.load_pem_x509_certificates(config.seal_chain_file.read_bytes())
    except (OSError, ValueError) as error:
        raise UnfitCertificate from error


def _may_sign(certificate: x509.Certificate) -> bool:
    from cryptography import x509

    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


def _is_pkcs12(content: bytes) -> bool:
    """Whether these bytes are a PKCS#12 at all: SEQUENCE { version 3, … } (RFC 7292)."""
    from asn1crypto.pkcs12 import Pfx

    try:
        return bool(Pfx.load(content)["version"].native == "v3")
    except (ValueError, TypeError):
        return False
