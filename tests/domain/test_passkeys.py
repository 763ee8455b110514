"""The answer of a passkey counts once, from our own pages, from its own person, and only when a person unlocked it."""

import hashlib
import json
from dataclasses import dataclass, replace

import cbor2
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

from tests.people import NOON, a_cast
from tvist.accounts.factors import FactorKind, SecondFactor, SpentChallenge
from tvist.accounts.passkeys import Asking, BadAnswer, Site, options_to_make, options_to_use, use_passkey

SITE = Site("tvist.example", "https://tvist.example")
ASKING = Asking(SITE, "a secret", "sign in")
PRESENT, UNLOCKED = 0x01, 0x04


@dataclass
class Device:
    """What a telephone does: it keeps a key, and signs what it is asked."""

    key: ec.EllipticCurvePrivateKey
    held_by: str
    count: int = 0

    def public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})

    def answer(self, options: str, *, site: Site = SITE, flags: int = PRESENT | UNLOCKED) -> str:
        self.count += 1
        said = {"type": "webauthn.get", "challenge": json.loads(options)["challenge"], "origin": site.origin}
        client = json.dumps(said).encode()
        data = hashlib.sha256(site.name.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signature, "userHandle": self.held_by.encode()}
        response = {name: bytes_to_base64url(value) for name, value in parts.items()}
        return json.dumps({"id": "AQID", "rawId": "AQID", "type": "public-key", "response": response})


@pytest.fixture
def cast(session):
    return a_cast(session)


@pytest.fixture
def device(session, cast):
    """Asta's telephone."""
    made = Device(ec.generate_private_key(ec.SECP256R1()), cast.asta.public_id)
    passkey = SecondFactor(user_id=cast.asta.id, kind=FactorKind.PASSKEY, name="Telefonen", made_at=NOON, credential_id="AQID")
    passkey.public_key, passkey.sign_count = made.public_key(), 0
    session.add(passkey)
    session.commit()
    return made


def refused(session, answer, asking=ASKING, user=None):
    with pytest.raises(BadAnswer):
        use_passkey(session, asking, answer=answer, at=NOON, user=user)
    session.rollback()
    return True


def test_an_answer_counts_once(session, cast, device):
    answer = device.answer(options_to_use(ASKING))
    assert use_passkey(session, ASKING, answer=answer, at=NOON).id == cast.asta.id
    session.commit()
    assert refused(session, answer)
    assert session.scalar(sa.select(SecondFactor.sign_count)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(SpentChallenge)) == 1


def test_only_who_unlocked_it_at_our_own_address_is_let_in(session, cast, device):
    assert refused(session, device.answer(options_to_use(ASKING), flags=PRESENT)), "nobody unlocked it"
    false = Site("tvist.example.evil.example", "https://tvist.example.evil.example")
    assert refused(session, device.answer(options_to_use(ASKING), site=false))
    assert refused(session, device.answer(options_to_use(ASKING), site=replace(SITE, origin="https://other.tvist.example")))
    device.held_by = cast.bo.public_id
    assert refused(session, device.answer(options_to_use(ASKING)))


def test_a_challenge_is_for_one_purpose_and_one_person(session, cast, device):
    proof = replace(ASKING, purpose="proof")
    for_asta = options_to_use(proof, cast.asta)
    assert refused(session, device.answer(for_asta)), "a proof is no sign-in"
    assert refused(session, device.answer(options_to_use(ASKING)), proof, cast.asta), "and a sign-in no proof"
    assert refused(session, device.answer(options_to_use(proof, cast.bo)), proof, cast.bo), "it is not Bo's passkey"
    assert refused(session, device.answer(options_to_use(replace(proof, secret="another"), cast.asta)), proof, cast.asta)
    assert use_passkey(session, proof, answer=device.answer(for_asta), at=NOON, user=cast.asta)


def test_a_shut_account_and_a_copied_passkey_are_refused(session, cast, device):
    device.count = 7
    assert use_passkey(session, ASKING, answer=device.answer(options_to_use(ASKING)), at=NOON)
    session.commit()
    device.count = 3
    assert refused(session, device.answer(options_to_use(ASKING))), "another device has gone on counting"
    device.count = 20
    cast.asta.disabled_at = NOON
    session.commit()
    assert refused(session, device.answer(options_to_use(ASKING)))


def test_a_new_passkey_must_be_unlockable_and_findable_and_not_be_there_already(session, cast, device):
    known = session.scalars(sa.select(SecondFactor)).all()
    asked = json.loads(options_to_make(replace(ASKING, purpose="set up"), cast.asta, known))
    wanted = asked["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"]) == ("required", "required")
    assert [found["id"] for found in asked["excludeCredentials"]] == ["AQID"]
