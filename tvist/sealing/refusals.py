"""Why a file could not be sealed. Each is a class of its own: of the error of a job its class alone is kept, and the leader reads why from it."""

from __future__ import annotations

from tvist.errors import NotYet
from tvist.words import Message


class NoSeal(NotYet):
    """The file was not sealed; nothing of it is kept or sent, and it is tried again."""

    code = ""

    def __init__(self) -> None:
        super().__init__(Message(self.code))


class NoCertificate(NoSeal):
    """No certificate is set up, or its file cannot be read."""

    code = "sealing.no_certificate"


class WrongSealPassword(NoSeal):
    """The password does not open the certificate's file, or cannot be read itself."""

    code = "sealing.wrong_password"


class UnfitCertificate(NoSeal):
    """The file is no PKCS#12, lacks the key or the certificate, or the certificate is not for signing."""

    code = "sealing.unfit"


class ExpiredCertificate(NoSeal):
    """The certificate has expired."""

    code = "sealing.expired"


class CertificateNotYetValid(NoSeal):
    """The certificate is not valid yet."""

    code = "sealing.not_yet_valid"


class TimestampAway(NoSeal):
    """The time-stamping authority did not answer, or not in time."""

    code = "sealing.timestamp_away"


class TimestampRefused(NoSeal):
    """The time-stamping authority answered, but gave no time stamp that can be used."""

    code = "sealing.timestamp_refused"


class Unproved(NoSeal):
    """What proves the certificates for a long time could not be had: a revocation list is away, or no root is known, or one was revoked."""

    code = "sealing.unproved"


class SealFailed(NoSeal):
    """The sealed file does not pass our own inspection, so it is not used."""

    code = "sealing.failed"
