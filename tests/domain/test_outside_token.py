"""The ID token of the national sign-in: what is believed of it, and what is refused."""

from datetime import timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from tests.people import NOON
from tvist.accounts.outside_token import LEEWAY, Outsider, OutsideRefusal, Refused, is_anew, organisation_in, read_token
from tvist.config import Misconfigured, OutsideSignIn, read_config

ISSUER, CLIENT, SUBJECT = "https://test.ansattporten.no", "tvist", "24910298765"
PATH = ("authorization_details", "authorized_parties", "orgno", "ID")
SETTINGS = OutsideSignIn(ISSUER, CLIENT, Path("key.pem"), "", ("high", "higher"), "Ansattporten", "pid", PATH, "")
OWN, OTHER = RSAKey.generate_key(2048, {"kid": "own"}), RSAKey.generate_key(2048, {"kid": "own"})
KEYS = KeySet([RSAKey.import_key(OWN.as_pem(private=False), {"kid": "own"})])
AT = int(NOON.timestamp())
DETAILS = [{"type": "ansattporten:orgno", "authorized_parties": [{"orgno": {"ID": "0192:987654321"}, "name": "Vik"}]}]


def claims(**changes):
    told = {"iss": ISSUER, "aud": CLIENT, "iat": AT, "exp": AT + 120, "nonce": "n", "acr": "high", "pid": SUBJECT, "sub": "x"}
    return {name: value for name, value in {**told, "authorization_details": DETAILS, **changes}.items() if value is not None}


def read(key=OWN, algorithm="RS256", **changes):
    token = jwt.encode({"alg": algorithm, "kid": "own"}, claims(**changes), key, algorithms=[algorithm])
    return read_token(token, KEYS, SETTINGS, nonce="n", at=NOON)


def test_a_right_token_tells_who_for_whom_and_when():
    assert read(auth_time=AT - 60) == Outsider(SUBJECT, "987654321", NOON - timedelta(seconds=60))
    assert read(acr="higher", aud=[CLIENT]).authenticated_at is None
    assert read(aud=[CLIENT, "other"], azp=CLIENT).organisation_number == "987654321"
    assert SUBJECT not in repr(read()), "who it is stands in no trace"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"iss": ISSUER + "/"}, OutsideRefusal.UNTRUSTED),
        ({"aud": "another"}, OutsideRefusal.UNTRUSTED),
        ({"aud": [CLIENT, "another"]}, OutsideRefusal.UNTRUSTED),
        ({"azp": "another"}, OutsideRefusal.UNTRUSTED),
        ({"exp": AT - LEEWAY.seconds}, OutsideRefusal.STALE),
        ({"exp": None}, OutsideRefusal.STALE),
        ({"exp": True}, OutsideRefusal.STALE),
        ({"iat": AT + LEEWAY.seconds + 1}, OutsideRefusal.STALE),
        ({"iat": 10**30}, OutsideRefusal.STALE),
        ({"nonce": "m"}, OutsideRefusal.STALE),
        ({"nonce": None}, OutsideRefusal.STALE),
        ({"acr": "substantial"}, OutsideRefusal.LEVEL),
        ({"acr": None}, OutsideRefusal.LEVEL),
        ({"acr": ["high"]}, OutsideRefusal.LEVEL),
        ({"pid": None}, OutsideRefusal.UNTRUSTED),
        ({"pid": 24910298765}, OutsideRefusal.UNTRUSTED),
        ({"pid": ""}, OutsideRefusal.UNTRUSTED),
    ],
)
def test_a_token_that_is_not_ours_not_of_now_or_not_sure_enough_is_refused(changes, refusal):
    with pytest.raises(Refused) as found:
        read(**changes)
    assert found.value.refusal is refusal
    assert SUBJECT not in str(found.value)


def test_only_the_providers_own_signature_counts():
    secret = OctKey.import_key("a secret that both sides would know of", {"kid": "own"})
    for key, algorithm in ((OTHER, "RS256"), (secret, "HS256")):
        with pytest.raises(Refused):
            read(key, algorithm)
    unsigned = "eyJhbGciOiJub25lIn0." + jwt.encode({"alg": "RS256"}, claims(), OWN).split(".")[1] + "."
    for token in (unsigned, "", "x.y.z", jwt.encode({"alg": "RS256", "kid": "own"}, claims(), OWN)[:-4] + "AAAA"):
        with pytest.raises(Refused):
            read_token(token, KEYS, SETTINGS, nonce="n", at=NOON)


@pytest.mark.parametrize(
    ("details", "number"),
    [
        (DETAILS, "987654321"),
        (DETAILS * 2, "987654321"),
        ([{"authorized_parties": [{"orgno": {"ID": "987654321"}}]}], "987654321"),
        ([{"authorized_parties": [{"orgno": {"ID": "987654321"}}, {"orgno": {"ID": "912345678"}}]}], None),
        ([{"authorized_parties": [{"orgno": {"ID": "9999:987654321"}}]}], None),
        ([{"authorized_parties": [{"orgno": "987654321"}]}], None),
        ([], None),
        ("987654321", None),
        (None, None),
    ],
)
def test_one_sign_in_acts_for_one_organisation(details, number):
    assert organisation_in(claims(authorization_details=details), PATH) == number


def test_a_proof_is_anew_only_when_the_provider_says_so():
    def told(moment):
        return is_anew(Outsider("x", None, moment), asked_at=NOON, at=NOON + timedelta(minutes=2))

    assert told(NOON + timedelta(minutes=1))
    assert told(NOON - LEEWAY)
    assert not told(NOON - LEEWAY - timedelta(seconds=1))
    assert not told(NOON + timedelta(minutes=2) + LEEWAY + timedelta(seconds=1))
    assert not told(None)


def test_half_a_provider_stops_the_program_at_its_start(tmp_path):
    key = tmp_path / "key.pem"
    key.write_bytes(OWN.as_pem(private=True))
    whole = {
        "TVIST_INSTANCE": str(tmp_path),
        "TVIST_OIDC_ISSUER": ISSUER,
        "TVIST_OIDC_CLIENT_ID": CLIENT,
        "TVIST_OIDC_KEY_FILE": str(key),
        "TVIST_OIDC_ACR": "high higher",
        "TVIST_OIDC_ORGANISATION": ".".join(PATH),
        "TVIST_OIDC_SUBJECT": "pid",
    }
    found = read_config(whole).outside
    assert found == OutsideSignIn(ISSUER, CLIENT, key, "", ("high", "higher"), "Ansattporten", "pid", PATH, "")
    assert read_config({"TVIST_INSTANCE": str(tmp_path)}).outside is None
    for name in ("TVIST_OIDC_CLIENT_ID", "TVIST_OIDC_KEY_FILE", "TVIST_OIDC_ACR"):
        with pytest.raises(Misconfigured, match=name):
            read_config({**whole, name: " "})
    public = tmp_path / "public.pem"
    public.write_bytes(OWN.as_pem(private=False))
    for wrong in (str(public), str(tmp_path / "nothing"), str(tmp_path)):
        with pytest.raises(Misconfigured, match="TVIST_OIDC_KEY_FILE"):
            read_config({**whole, "TVIST_OIDC_KEY_FILE": wrong})
    with pytest.raises(Misconfigured, match="https"):
        read_config({**whole, "TVIST_OIDC_ISSUER": "ansattporten.no"})
