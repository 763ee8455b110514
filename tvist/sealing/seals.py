"""Put the seal on a PDF: PAdES, in one invisible field that certifies the file, so that nothing may be changed in it afterwards."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tvist.sealing.certificates import certificate_of
from tvist.sealing.inspecting import FIELD, Level, inspect
from tvist.sealing.refusals import SealFailed, TimestampRefused, Unproved

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cryptography import x509

    from tvist.config import Config
    from tvist.sealing.certificates import SealCertificate

REASON: Final = "Forsegling av dokumentet"
LOCATION: Final = "Norge"
"""Both are read by whoever looks into the seal; neither names a person, a party or a case."""


@dataclass(frozen=True)
class Sealed:
    """A sealed file; `by` is whom the certificate names, `level` the level of PAdES (B-B, B-T, B-LTA)."""

    data: bytes
    by: str
    level: str
    at: datetime


def seal(data: bytes, config: Config, at: datetime, certificate: SealCertificate | None = None) -> Sealed:
    """Seal a PDF with the certificate of this installation. Raises `NoSeal`, of the class that says why; then there is no sealed file.

    `certificate` is what `certificate_of` gave, for who prints whom it names on the file before.
    """
    certificate = certificate or certificate_of(config, at)
    sealed = _signed(data, certificate, config, at)
    found = inspect(sealed)
    if not (found.is_good and found.level == _level(config) and sealed.startswith(data)):
        raise SealFailed
    return Sealed(sealed, certificate.by, found.level, at)


def _level(config: Config) -> str:
    if config.timestamp_url is None:
        return Level.B_B
    return Level.B_LTA if config.seals_long_term else Level.B_T


def _signed(data: bytes, certificate: SealCertificate, config: Config, at: datetime) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.timestamps.common_utils import TimestampRequestError
    from pyhanko_certvalidator.errors import CRLFetchError, OCSPFetchError, PathError, ValidationError

    # pyHanko logs subjects, addresses and traces of what went wrong; what the leader and the operator need is in the class of the error.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    signer = _pdf_signer(certificate, config, at)
    try:
        return bytes(signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), bytes_reserved=None).getvalue())
    except TimestampRequestError as error:
        raise TimestampRefused from error
    except (SigningError, PathError, ValidationError, CRLFetchError, OCSPFetchError) as error:
        raise (Unproved if config.seals_long_term else SealFailed) from error


def _pdf_signer(certificate: SealCertificate, config: Config, at: datetime) -> Any:
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
    from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
    from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference

    class SignerAt(PdfSigner):
        """Signs at the moment it is told, not at the clock's."""

        def init_signing_session(self, *args: Any, **more: Any) -> Any:
            session = super().init_signing_session(*args, **more)
            session.system_time = at
            return session

        def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:  # noqa: ARG002 - pyHanko's signature.
            """PAdES alone: for elliptic curves pyHanko would call the file PDF 2.0, and PDF/A-2 is written on 1.7."""
            pdf_out.ensure_output_version((1, 7))
            pdf_out.register_extension(ESIC_EXTENSION_1)

    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=REASON,
        location=LOCATION,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        embed_validation_info=config.seals_long_term,
        use_pades_lta=config.seals_long_term,
        # The proofs stand in the revision they prove, and the archive time stamp after them is the last thing in the file.
        dss_settings=DSSContentSettings(include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE),
        validation_context=_proofs(certificate) if config.seals_long_term else None,
    )
    return SignerAt(meta, _signer(certificate), timestamper=_timestamper(config))


def _timestamper(config: Config) -> Any:
    if config.timestamp_url is None:
        return None
    from tvist.sealing.timestamps import Authority

    return Authority(config.timestamp_url)


def _signer(certificate: SealCertificate) -> Any:
    from asn1crypto.keys import PrivateKeyInfo
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    known = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko gives this one no types.
    known.register_multiple(_as_asn1(certificate.chain))
    key = certificate.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    (own,) = _as_asn1([certificate.certificate])
    return SimpleSigner(signing_cert=own, signing_key=PrivateKeyInfo.load(key), cert_registry=known)


def _proofs(certificate: SealCertificate) -> Any:
    """Where the proofs that go into the file come from: the chain's own roots are trusted, revocation lists and answers are fetched from the issuers."""
    from pyhanko_certvalidator import ValidationContext

    roots = [each for each in certificate.chain if each.issuer == each.subject]
    between = [each for each in certificate.chain if each.issuer != each.subject]
    return ValidationContext(
        trust_roots=_as_asn1(roots), other_certs=_as_asn1(between), allow_fetching=True, revocation_mode="hard-fail"
    )


def _as_asn1(certificates: Iterable[x509.Certificate]) -> list[Any]:
    from asn1crypto.x509 import Certificate
    from cryptography.hazmat.primitives.serialization import Encoding

    return [Certificate.load(each.public_bytes(Encoding.DER)) for each in certificates]
