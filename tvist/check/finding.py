"""What was found wrong: in which case, and in plain words that tell nothing of the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "journal.gap": "a line of the journal is missing, or stands twice",
    "journal.seal": "a line of the journal does not fit its seal: a line was changed, inserted or taken out",
    "journal.anchor": "the journal does not have the line that was its last one when it was anchored: lines at its end were taken out or changed",
    "journal.order": "the journal has an act that could not be done in the state the case was in",
    "journal.counts": "the journal does not have the lines that the rows beside it ask for",
    "state.replay": "the state is not the one that the journal leads to",
    "state.moments": "a moment on the case is not that of its line in the journal",
    "state.ending": "the closing moment does not fit the endings",
    "number.form": "the case number does not fit year and serial, or was never drawn",
    "copy.differs": "what stands on the case is not what its last dated fact says",
    "sum.claimed": "the sum claimed is not the sum of the lines of the requesting side",
    "sum.line": "the amount of a claim line is not what its rate and period come to",
    "sum.shares": "the shares of a line are not what the amount found comes to",
    "sum.refund": "the refund of a line does not follow from what was paid",
    "sum.found": "the amounts found are not the sums of the lines",
    "sum.outcome": "the outcome is not what the outcomes of the lines come to",
    "task.due": "a deadline is not what its start and length come to",
    "task.length": "a time does not have the length that the rules in force for the case give it",
    "task.start": "a clock did not start on the day of service",
    "task.open": "a closed case waits for somebody, or an open one for nobody",
    "rest.copy": "what stands on the case of its rest is not what its rests say",
    "petition.changed": "the request as filed does not fit its hash",
    "bundle.changed": "the bundle is not what was frozen at referral",
    "bundle.pages": "the pages of a bundle have a gap, or are not those of what was frozen",
    "panel.unlawful": "the panel was not lawful at referral, vote or issue",
    "ruling.unlawful": "a member's impartiality was ruled on by others than the rules say, or with another result than they ruled",
    "vote.missing": "a question of an issued opinion does not have three standing votes",
    "vote.journal": "the journal does not hold the commitment of a vote, or tells another moment or member",
    "vote.changed": "a sealed vote does not open, or is not the one that was committed to",
    "approval.missing": "an ordered opinion does not have three approvals of one text",
    "approval.text": "what was approved is not the record that was frozen",
    "record.changed": "the frozen record does not fit its hash",
    "paper.quarantine": "a paper is under quarantine without a line in the journal, or the other way round",
    "paper.replacement": "a replacement has no line in the journal, or replaces what is not under quarantine or another's",
    "paper.indexed": "a search finds a paper that is under quarantine",
    "file.missing": "an issued opinion has no stored file",
    "parallel.missing": "an opinion has no parallel text in a form that a municipality in the case had decided on, or one that none had",
    "parallel.incomplete": "the parallel text of an opinion is empty where the main text is not",
    "parallel.file": "the stored files of an opinion are not those of its main and its parallel text",
    "correction.changed": "a correction does not fit its hash, follows no version, or changes more than words",
    "correction.file": "a correction has no stored file, and nobody is waited for to make it",
    "publication.changed": "the record of a published opinion does not fit its hash",
    "publication.marks": "what was approved for the public is not what is marked, or a mark is undecided",
    "publication.approval": "a publication was approved by somebody who had a hand in marking it",
    "publication.numbers": "the numbers of the published opinions have a gap",
    "publication.journal": "the journal does not have a line for each release and each withdrawal",
    "renewal.broken": "a granted request for a new treatment has no case, or the new case does not begin with it",
    "file.broken": "a stored file is not there, does not open, or has another SHA-256",
    "file.orphan": "a stored file that no row names (an upload may be on its way just now)",
    "seal.broken": "the seal of an issued opinion is not intact, does not cover its whole file, or is not the one that was put on",
    "seal.other": "a sealed opinion does not begin with the file that was printed from its record",
    "seal.code": "the code that an opinion is verified by is not the one in its record",
    "seal.print": "an opinion printed again from its record is another file: it was printed by another version of the program, or is not of that record",
    "log.rows": "the access log does not have the rows that were sealed: a row was changed, inserted or taken out",
    "log.seal": "a batch of the access log does not fit its seal, or one is missing",
    "log.journals": "the journals anchored in a batch are not those that were sealed",
    "log.month": "a closed month of the access log does not fit its batches",
    "log.unsealed": "rows of the access log have not been sealed for two days: is the worker running (`tvist work`)?",
    "anchor.unwritten": "anchors of the access log have not been written for two days: can the worker write to TVIST_ANCHORS?",
    "anchor.missing": "an anchor of the access log that was written outside the database is not there",
    "anchor.differs": "an anchor outside the database says something else than the access log: the log was sealed anew",
    "anchor.extra": "an anchor outside the database is of a batch that the access log does not have: the end of the log was taken out",
    "row.reference": "a row points to another that is not there",
}


@dataclass(frozen=True)
class Finding:
    """One finding. `case` is a case number, or the name of a table or store for what belongs to no case."""

    case: str
    code: str

    def __str__(self) -> str:
        """One line: number, code, words."""
        return f"{self.case}  {self.code}: {WORDS[self.code]}"


Findings = Iterator[str]
"""The codes of what is wrong with one case."""
