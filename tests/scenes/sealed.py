"""A decided case, and beside it at least one row of every sealed column and a paper in a draft: what rotation, backup and a thief meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.people import NOON
from tests.scenes.decision import issued
from tests.scenes.intake import at_home
from tests.scenes.papers import a_paper
from tests.second_steps import SECRET, an_app
from tvist.cases.private import Offer
from tvist.cases.private_words import seal_offer
from tvist.clock import oslo_date
from tvist.db import random_id
from tvist.documents.models import PaperReading, ReadingState
from tvist.intake.actions import begin_draft
from tvist.intake.identity import Identity, number_hash, seal_for_case
from tvist.intake.models import ChildIdentity
from tvist.intake.sealing import keep_identity, keep_offers
from tvist.intake.searched_papers import SEAL_PURPOSE
from tvist.panel import copies, notes
from tvist.panel.bundles import BundleCopy, PageNote
from tvist.submissions import settlement
from tvist.submissions.models import Settlement
from tvist.vault.sealed import seal

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.installation import Installation
    from tvist.intake.models import Draft

NAME: Final = "Zebulon Fjelltopp"
NUMBER: Final = "01010112345"
OFFER: Final = "Kvartalsvis oppgjer tilbys"
NOTE: Final = "Vitnet virket utroverdig"
SETTLED: Final = "Forliksvilkaar nummer atten"
FOUND: Final = '[["name", "Fjelltopp", "side 2"]]'
PASSPHRASE: Final = "ABCD-EFGH-JKLM"
PAPER: Final = "Tiltaket heter Solgyllen. "
SECRETS: Final = (SECRET, NAME, NUMBER, OFFER, NOTE, SETTLED, PASSPHRASE, FOUND, PAPER)


def sealed_of_all_kinds(session: Session, cast: Cast, installation: Installation) -> Case:
    """The case, decided, with the identity of a child, an offer, a settlement, a note and a copy to take along; and the draft of another. Commits."""
    at_home(session, cast)
    case, keys = issued(session, cast, installation), installation.keys
    identity = Identity(NAME, NUMBER)
    session.add(
        ChildIdentity(case=case, sealed=seal_for_case(keys, identity, case), number_hash=number_hash(keys, NUMBER), made_at=NOON)
    )
    party, by = case.parties[0], {"by_id": cast.asta.id, "made_at": NOON}
    place = random_id()
    session.add(Offer(case_id=case.id, party_id=party.id, public_id=place, sealed_words=seal_offer(keys, OFFER, place), **by))
    sealed = seal(keys, SETTLED.encode(), purpose=settlement.PURPOSE, bound_to=settlement.place_of(place))
    case.settlements.append(Settlement(public_id=place, party_id=party.id, sealed_text=sealed, sha256="", **by))
    bundle, owner = case.bundles[-1], cast.frida
    words = f'{{"text": "{NOTE}", "written_at": "{NOON.isoformat()}"}}'.encode()
    sealed = seal(keys, words, purpose=notes.PURPOSE, bound_to=notes.place_of(place, owner))
    session.add(PageNote(public_id=place, case_id=case.id, user_id=owner.id, page=1, sealed=sealed))
    sealed = seal(keys, PASSPHRASE.encode(), purpose=copies.PURPOSE, bound_to=copies.place_of(place, owner))
    taken = {"public_id": place, "bundle_id": bundle.id, "user_id": owner.id, "asked_at": NOON, "expires_on": oslo_date(NOON)}
    session.add(BundleCopy(**taken, sealed_password=sealed))
    an_app(session, keys, cast.asta, NOON)
    drafted(session, cast, installation, PAPER.encode() * 10_000)
    session.commit()
    return case


def drafted(session: Session, cast: Cast, installation: Installation, content: bytes) -> Draft:
    """A draft of Asta's with an identity, offers and one paper of these bytes."""
    draft = begin_draft(session, organisation=cast.vik, by=cast.asta, at=NOON)
    session.flush()
    keep_identity(draft, Identity(NAME, NUMBER), by=cast.asta, at=NOON, keys=installation.keys)
    keep_offers(draft, OFFER, by=cast.asta, at=NOON, keys=installation.keys)
    paper = a_paper(installation, f"Vedlegg {draft.public_id}", cast.asta, content=content)
    found = seal(installation.keys, FOUND.encode(), purpose=SEAL_PURPOSE, bound_to=paper.blob_id)
    paper.reading = PaperReading(state=ReadingState.READ, count=1, sought=bytes(32), sealed=found, read_at=NOON)
    draft.papers.append(paper)
    session.flush()
    return draft
