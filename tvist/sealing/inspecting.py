"""Look into a sealed PDF: what the seal says, and whether the file is still the one that was sealed. Nothing is fetched from anywhere."""

from __future__ import annotations

import hashlib
import io
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime

FIELD: Final = "Segl"
"""The name of our field in the file."""
_END: Final = b"%%EOF"


class Level:
    """How much a seal proves (ETSI EN 319 142): with a time stamp (T), with the proofs of the certificates (LT), and these time-stamped too (LTA)."""

    B_B: Final = "B-B"
    B_T: Final = "B-T"
    B_LT: Final = "B-LT"
    B_LTA: Final = "B-LTA"


@dataclass(frozen=True)
class Inspection:
    """What a look into a PDF found. Whose the certificate is, and whether one trusts it, is for the caller: `fingerprint` is its SHA-256."""

    is_sealed: bool = False
    """Our field is there, with a seal in it."""
    is_intact: bool = False
    """What the seal covers is what was sealed."""
    is_whole: bool = False
    """The seal, or the archive time stamp put on right after it, covers the file to its last byte."""
    by: str = ""
    fingerprint: str = ""
    sealed_at: datetime | None = None
    """The moment by the sealer's own clock."""
    timestamped_at: datetime | None = None
    """The moment by the authority's clock."""
    level: str = ""

    @property
    def is_good(self) -> bool:
        """Sealed, intact, and nothing added afterwards."""
        return self.is_sealed and self.is_intact and self.is_whole


def inspect(data: bytes) -> Inspection:
    """Look into a PDF of ours. A file that is no PDF, or carries no seal of ours, is simply not sealed."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    try:
        reader = PdfFileReader(io.BytesIO(data))
        seals = [each for each in reader.embedded_regular_signatures if each.field_name == FIELD]
        if len(seals) != 1 or len(reader.embedded_regular_signatures) != 1:
            return Inspection()
        return _inspected(reader, seals[0])
    except Exception:  # noqa: BLE001 - a damaged file breaks a reader in any way; in none of them is it the file that was sealed.
        return Inspection()


def begins_with(data: bytes, sha256: str) -> bool:
    """Whether a sealed file begins with the file of that SHA-256, which the seal was put on: a seal adds, and changes nothing before it."""
    at = data.find(_END)
    while at >= 0:
        for end in (b"\n", b"\r\n", b""):
            whole = at + len(_END) + len(end)
            if data.startswith(end, at + len(_END)) and hashlib.sha256(data[:whole]).hexdigest() == sha256:
                return True
        at = data.find(_END, at + 1)
    return False


def _inspected(reader: Any, found: Any) -> Inspection:
    from cryptography import x509
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from tvist.sealing.certificates import named_in

    status = validate_pdf_signature(found, ValidationContext(trust_roots=[], allow_fetching=False))
    certificate = found.signer_cert.dump()
    stamp = status.timestamp_validity
    return Inspection(
        is_sealed=True,
        is_intact=bool(status.intact and status.valid and (stamp is None or (stamp.intact and stamp.valid))),
        is_whole=_is_whole(reader, found, status),
        by=named_in(x509.load_der_x509_certificate(certificate)),
        fingerprint=hashlib.sha256(certificate).hexdigest(),
        sealed_at=found.self_reported_timestamp,
        timestamped_at=stamp.timestamp if stamp else None,
        level=_level(reader, stamp is not None),
    )


def _is_whole(reader: Any, found: Any, status: Any) -> bool:
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    whole = SignatureCoverageLevel.ENTIRE_FILE
    if status.coverage == whole:
        return True
    stamps = reader.embedded_timestamp_signatures
    if not stamps or status.modification_level not in {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES}:
        return False
    last = stamps[-1]
    last.compute_integrity_info()
    return bool(last.coverage == whole and found.signed_revision < last.signed_revision and _is_intact(last))


def _is_intact(stamp: Any) -> bool:
    from pyhanko.sign.validation import validate_pdf_timestamp
    from pyhanko_certvalidator import ValidationContext

    status = validate_pdf_timestamp(stamp, ValidationContext(trust_roots=[], allow_fetching=False))
    return bool(status.intact and status.valid)


def _level(reader: Any, is_stamped: bool) -> str:  # noqa: FBT001 - what was found.
    if reader.embedded_timestamp_signatures:
        return Level.B_LTA
    if "/DSS" in reader.root:
        return Level.B_LT
    return Level.B_T if is_stamped else Level.B_B
