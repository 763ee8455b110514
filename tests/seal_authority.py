"""A certificate authority with its revocation list, and a time-stamping authority that speaks RFC 3161, on a port of this machine."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

if TYPE_CHECKING:
    from pathlib import Path

BODY = "Nemnda (prøve)"
BY = "Nemnda (prøve), Tvist, 999888777, NO"
AWAY, REFUSING, TALKING_NONSENSE = "away", "refusing", "nonsense"


def _name(common: str, number: str = "") -> x509.Name:
    found = [(NameOID.COUNTRY_NAME, "NO"), (NameOID.ORGANIZATION_NAME, "Tvist"), (NameOID.COMMON_NAME, common)]
    return x509.Name(
        [x509.NameAttribute(kind, text) for kind, text in (*found, *([(NameOID.SERIAL_NUMBER, number)] if number else []))]
    )


@dataclass
class Authorities:
    """Both, at `http://127.0.0.1:<port>`; `mood` makes the time-stamping one go away, refuse or talk nonsense."""

    port: int = 0
    mood: str = ""
    asked: int = 0
    ca_key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    seal_key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    stamp_key: Any = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def tsa_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsa"

    @cached_property
    def ca(self) -> x509.Certificate:
        own = x509.BasicConstraints(ca=True, path_length=None)
        return self._certificate(_name("Prøverot"), self.ca_key, "crl_sign", "key_cert_sign", basic=own)

    def seal_certificate(self, start: datetime | None = None, end: datetime | None = None) -> x509.Certificate:
        days = (start or datetime.now(UTC) - timedelta(days=400), end or datetime.now(UTC) + timedelta(days=400))
        return self._certificate(_name(BODY, "999888777"), self.seal_key, "digital_signature", "content_commitment", days=days)

    @cached_property
    def stamp_certificate(self) -> x509.Certificate:
        use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        return self._certificate(_name("Prøvestempel"), self.stamp_key, "digital_signature", extended=use)

    def write(self, folder: Path, *, password: str = "", **days: datetime) -> dict[str, str]:
        """The files of the seal, and the settings that name them."""
        locked = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        content = pkcs12.serialize_key_and_certificates(b"seal", self.seal_key, self.seal_certificate(**days), None, locked)
        (folder / "seal.p12").write_bytes(content)
        (folder / "seal.password").write_text(password + "\n")
        (folder / "chain.pem").write_bytes(self.ca.public_bytes(Encoding.PEM))
        named = {"TVIST_SEAL_FILE": "seal.p12", "TVIST_SEAL_CHAIN": "chain.pem"}
        named |= {"TVIST_SEAL_PASSWORD_FILE": "seal.password"} if password else {}
        return {setting: str(folder / file) for setting, file in named.items()}

    def revocation_list(self) -> bytes:
        now = datetime.now(UTC)
        builder = x509.CertificateRevocationListBuilder(self.ca.subject, now - timedelta(hours=1), now + timedelta(days=30))
        number = builder.add_extension(x509.CRLNumber(1), critical=False)
        known = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.ca_key.public_key())
        return number.add_extension(known, critical=False).sign(self.ca_key, hashes.SHA256()).public_bytes(Encoding.DER)

    def stamp(self, question: bytes) -> bytes:
        if self.mood == REFUSING:
            # A refusal has no token; asn1crypto would not write one without.
            told = tsp.PKIStatusInfo({"status": "rejection", "status_string": ["no"]}).dump()
            return bytes([0x30, len(told)]) + bytes(told)
        certificates = SimpleCertificateStore()
        certificates.register(asn1.Certificate.load(self.ca.public_bytes(Encoding.DER)))
        key = self.stamp_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        own = asn1.Certificate.load(self.stamp_certificate.public_bytes(Encoding.DER))
        stamper = DummyTimeStamper(own, keys.PrivateKeyInfo.load(key), certs_to_embed=certificates)
        return bytes(asyncio.run(stamper.async_request_tsa_response(tsp.TimeStampReq.load(question))).dump())

    def _certificate(
        self,
        name: x509.Name,
        key: Any,
        *usages: str,
        basic: x509.BasicConstraints | None = None,
        extended: x509.ExtendedKeyUsage | None = None,
        days: tuple[datetime, datetime] | None = None,
    ) -> x509.Certificate:
        start, end = days or (datetime.now(UTC) - timedelta(days=500), datetime.now(UTC) + timedelta(days=500))
        names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
        every = (*names, "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.ca_key.public_key())
        builder = (
            x509.CertificateBuilder(_name("Prøverot"), name, key.public_key(), x509.random_serial_number(), start, end)
            .add_extension(basic or x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(issuer, critical=False)
            .add_extension(x509.KeyUsage(**{each: each in usages for each in every}), critical=True)
        )
        if extended is not None:
            builder = builder.add_extension(extended, critical=True)
        if basic is None:
            where = x509.UniformResourceIdentifier(f"http://127.0.0.1:{self.port}/ca.crl")
            point = x509.DistributionPoint([where], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return builder.sign(self.ca_key, hashes.SHA256())


class Running:
    """The server, in a thread of its own."""

    def __init__(self) -> None:
        self.authorities = found = Authorities()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = self.rfile.read(int(self.headers["Content-Length"]))
                found.asked += 1
                if found.mood == AWAY:
                    self.send_error(503)
                elif found.mood == TALKING_NONSENSE:
                    self._answer("text/html", b"<h1>Logg inn</h1>")
                else:
                    self._answer("application/timestamp-reply", found.stamp(question))

            def do_GET(self) -> None:
                self._answer("application/pkix-crl", found.revocation_list())

            def _answer(self, kind: str, content: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        found.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Authorities:
        self._thread.start()
        return self.authorities

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
