"""Second steps for invented people: an app whose code no test has to wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp
import sqlalchemy as sa

from tvist.accounts.code_apps import PURPOSE, whose
from tvist.accounts.factors import FactorKind, SecondFactor
from tvist.accounts.models import User
from tvist.clock import now
from tvist.vault.sealed import seal

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask
    from sqlalchemy.orm import Session

    from tvist.vault.keys import MasterKeys

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def an_app(session: Session, keys: MasterKeys, user: User, at: datetime, name: str = "Telefonen") -> SecondFactor:
    """A code app of the person, with the secret of all tests, from which no code was taken yet."""
    sealed = seal(keys, SECRET.encode(), purpose=PURPOSE, bound_to=whose(user))
    app = SecondFactor(user_id=user.id, kind=FactorKind.APP, name=name, made_at=at, sealed_secret=sealed, last_step=0)
    session.add(app)
    session.flush()
    return app


def a_code(at: datetime, steps: int = 0) -> str:
    """What the app shows at `at`, or so many half minutes later."""
    return pyotp.TOTP(SECRET).generate_otp(int(at.timestamp()) // 30 + steps)


def a_fresh_code(app: Flask, email: str) -> str:
    """A code that is right now, for a person who has an app or gets one; what was spent before is forgotten, as no test waits."""
    installation, at = app.extensions["tvist"], now()
    with installation.database.writing() as session:
        user = session.scalars(sa.select(User).where(User.email == email.strip().lower())).one()
        if session.scalar(sa.select(SecondFactor.id).where(SecondFactor.user_id == user.id)) is None:
            an_app(session, installation.keys, user, at)
        session.execute(sa.update(SecondFactor).where(SecondFactor.kind == FactorKind.APP).values(last_step=0))
        session.commit()
    return a_code(at)
