"""Codes from an app (TOTP, RFC 6238) and recovery codes: each is taken once, also when two come at the same moment."""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pyotp
import segno
import sqlalchemy as sa

from tvist.accounts.factors import FactorKind, RecoveryCode, SecondFactor
from tvist.db import session_of
from tvist.vault.keys import BrokenSeal
from tvist.vault.sealed import keyed, seal, unseal

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.vault.keys import MasterKeys

PURPOSE: Final = "code app"
ISSUER: Final = "Tvist"
STEP: Final = 30
"""Seconds that a code is shown for."""
WINDOW: Final = (-1, 0, 1)
"""The codes before and after are taken too: clocks differ, and people type slowly."""
SET_UP_WITHIN: Final = timedelta(minutes=30)
RECOVERY_CODES: Final = 10
# Without what is mixed up in handwriting: 0 and o, 1 and l and i. 16 of 31 letters are 79 bits: guessing one is hopeless.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 4


@dataclass(frozen=True)
class NewApp:
    """A code app that is being set up: nothing is stored before it has shown a right code."""

    secret: str
    sealed: str
    """The secret sealed to the person and the time, carried by the form."""
    picture: str
    """The QR code as a picture in the page."""

    @property
    def key(self) -> str:
        """The secret in groups of four, for who types it."""
        return " ".join(re.findall(".{1,4}", self.secret))


def new_app(keys: MasterKeys, user: User, *, at: datetime, sealed: str = "") -> NewApp:
    """Begin to set up a code app; `sealed` goes on with one that a page has shown already."""
    secret = _secret_of(keys, user, sealed, at) or pyotp.random_base32()
    if not sealed or _secret_of(keys, user, sealed, at) is None:
        told = json.dumps({"secret": secret, "at": at.timestamp()}).encode()
        sealed = base64.urlsafe_b64encode(seal(keys, told, purpose="code app set up", bound_to=whose(user))).decode()
    address = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)
    picture = segno.make(address, error="m", micro=False).png_data_uri(scale=5, border=3)
    return NewApp(secret, sealed, picture)


def add_app(user: User, keys: MasterKeys, *, sealed: str, code: str, name: str, at: datetime) -> SecondFactor | None:
    """Take a code app into use with its first code, which is spent by it. None for a wrong code, or a page older than half an hour."""
    secret = _secret_of(keys, user, sealed, at)
    step = _step_of(secret, code, at) if secret is not None else None
    if secret is None or step is None:
        return None
    kept = seal(keys, secret.encode(), purpose=PURPOSE, bound_to=whose(user))
    app = SecondFactor(user_id=user.id, kind=FactorKind.APP, name=name, made_at=at, sealed_secret=kept, last_step=step)
    session_of(user).add(app)
    return app


def use_code(session: Session, keys: MasterKeys, user: User, code: str, *, at: datetime) -> bool:
    """Take a code of one of the person's apps. It counts once: of two who send it at the same moment, one is let in."""
    apps = sa.select(SecondFactor).where(SecondFactor.user_id == user.id, SecondFactor.kind == FactorKind.APP)
    for app in session.scalars(apps.order_by(SecondFactor.id)):
        secret = unseal(keys, app.sealed_secret or b"", purpose=PURPOSE, bound_to=whose(user)).decode()
        step = _step_of(secret, code, at)
        if step is not None:
            newer = (SecondFactor.id == app.id, SecondFactor.last_step < step)
            spent = sa.update(SecondFactor).where(*newer).values(last_step=step, last_used_at=at).returning(SecondFactor.id)
            return session.scalar(spent) is not None
    return False


def new_recovery_codes(user: User, keys: MasterKeys, *, at: datetime) -> list[str]:
    """Ten new codes; those from before end. They are shown once: only keyed hashes are kept."""
    session = session_of(user)
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(4 * _GROUPS)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash(keys, user, code), made_at=at) for code in codes)
    return ["-".join(re.findall("....", code)) for code in codes]


def keep_recovery_codes(user: User, *, at: datetime) -> None:
    """The person says that the codes are kept."""
    own = (RecoveryCode.user_id == user.id, RecoveryCode.kept_at.is_(None))
    session_of(user).execute(sa.update(RecoveryCode).where(*own).values(kept_at=at))


def use_recovery_code(session: Session, keys: MasterKeys, user: User, code: str, *, at: datetime) -> bool:
    """Take a recovery code, however it is written; it counts once."""
    unused = (RecoveryCode.code_hash == _hash(keys, user, _plain(code)), RecoveryCode.used_at.is_(None))
    used = sa.update(RecoveryCode).where(*unused).values(used_at=at).returning(RecoveryCode.id)
    return session.scalar(used) is not None


def is_recovery_code(code: str) -> bool:
    """Whether what was typed has the form of a recovery code, not of an app's."""
    return len(_plain(code)) == 4 * _GROUPS


def _plain(code: str) -> str:
    return re.sub(r"[\s–-]", "", code).casefold()


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """The half minute whose code this is, the newest first; None for a code of no half minute near `at`."""
    digits, app = re.sub(r"\s", "", code), pyotp.TOTP(secret)
    present = int(at.timestamp()) // STEP
    near = [present + away for away in sorted(WINDOW, reverse=True)]
    # All are compared, whichever is right.
    right = [step for step in near if hmac.compare_digest(app.generate_otp(step).encode(), digits.encode())]
    return right[0] if right else None


def _secret_of(keys: MasterKeys, user: User, sealed: str, at: datetime) -> str | None:
    """What a form carried for this person, not longer ago than half an hour."""
    try:
        told = json.loads(
            unseal(keys, base64.urlsafe_b64decode(sealed.encode()), purpose="code app set up", bound_to=whose(user))
        )
    except (BrokenSeal, ValueError):
        return None
    return str(told["secret"]) if 0 <= at.timestamp() - told["at"] <= SET_UP_WITHIN.total_seconds() else None


def whose(user: User) -> str:
    """What a secret of this person's is bound to."""
    return f"user {user.public_id}"


def _hash(keys: MasterKeys, user: User, code: str) -> bytes:
    return keyed(keys, "recovery code", f"{user.public_id}\n{code}".encode())
