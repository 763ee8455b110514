"""Put what was sent into the index: its typed text and the papers that are text, each with who may find it (rules 18, 21, 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.models import Side
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.documents.pages import PageMaker
from tvist.documents.text import READABLE, plain_text
from tvist.search.index import forget, index
from tvist.search.models import Readers, SearchedThing

if TYPE_CHECKING:
    from tvist.documents.models import Paper
    from tvist.installation import Installation
    from tvist.intake.models import FiledPetition

SIDES = ((Side.REQUESTING, Readers.REQUESTING), (Side.OPPOSING, Readers.OPPOSING))


def index_submission(installation: Installation, submission_id: int) -> None:
    """Index a sending and its papers anew, for those who may see it now. Done again after each service, and when the panel gets it."""
    texts = _texts_of_papers(installation, submission_id)
    with installation.database.writing() as session:
        submission = session.get_one(Submission, submission_id)
        readers, case_id = readers_of(submission), submission.case_id
        withheld = {paper.id for paper in submission.papers if paper.quarantined_at is not None}
        texts = [found for found in texts if found[1] not in withheld]
        # Also what an index that was made in the same moment may have brought back (rule 20).
        for paper_id in withheld:
            forget(session, thing_kind=SearchedThing.PAPER, thing_id=paper_id)
        for kind, thing_id, text in ((SearchedThing.SUBMISSION, submission.id, text_of(submission)), *texts):
            index(session, installation.keys, thing_kind=kind, thing_id=thing_id, case_id=case_id, readers=readers, text=text)
        petition = submission.case.petition
        if petition is not None and submission.kind is SubmissionKind.PETITION:
            text = text_of_petition(petition)
            index(
                session,
                installation.keys,
                thing_kind=SearchedThing.PETITION,
                thing_id=petition.id,
                case_id=case_id,
                readers=readers,
                text=text,
            )
        session.commit()


def readers_of(submission: Submission) -> set[Readers]:
    """Who may find it: the secretariat, a side when each of its parties has been served, the panel when the bundle that holds it is frozen."""
    readers = {Readers.SECRETARIAT}
    for side, reader in SIDES:
        parties = submission.case.parties_on(side)
        if parties and all(submission.is_served_on(party) for party in parties):
            readers.add(reader)
    if any(entry.submission_id == submission.id for bundle in submission.case.bundles for entry in bundle.entries):
        readers.add(Readers.PANEL)
    return readers


def text_of(submission: Submission) -> str:
    """What was typed: the text, facts and lines of its own, what was answered to each, and what was said beside the pages of papers."""
    answers = [f"{found.basis}\n{found.words}" for found in submission.line_answers]
    lines = [f"{line.measure_words}\n{line.basis_words}" for line in submission.own_lines]
    told = [fact.words for fact in submission.facts] + [reply.words for reply in submission.fact_answers]
    return "\n".join([submission.text, *answers, *lines, *told, *(found.text for found in submission.page_comments)])


def text_of_petition(petition: FiledPetition) -> str:
    """What was typed in the request, in its lines too."""
    own = (
        petition.subject,
        petition.both_limbs,
        petition.authority,
        petition.background,
        petition.agreed,
        petition.disputed,
        petition.argument,
        petition.claim,
        petition.settlement_by,
        petition.settlement_words,
        petition.courts_words,
    )
    lines = (f"{line.measure_words}\n{line.basis_words}" for line in petition.case.lines if line.submission_id is None)
    return "\n".join([*own, *lines])


def _texts_of_papers(installation: Installation, submission_id: int) -> list[tuple[SearchedThing, int, str]]:
    """Read before the writing transaction: a paper store may be slow, and no lock waits for it."""
    with installation.database.reading() as session:
        papers = [paper for paper in session.get_one(Submission, submission_id).papers if paper.quarantined_at is None]
    with PageMaker() as maker:
        return [(SearchedThing.PAPER, paper.id, _text_of_paper(installation, paper, maker)) for paper in papers]


def _text_of_paper(installation: Installation, paper: Paper, maker: PageMaker) -> str:
    """The paper's title, and its text where its kind can be read."""
    if paper.media_type not in READABLE:
        return paper.title
    text = plain_text(paper.media_type, installation.papers.open(paper.blob_id), maker)
    return f"{paper.title}\n{text or ''}"
