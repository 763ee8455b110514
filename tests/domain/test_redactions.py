"""Papers that are given out: pages become pictures with boxes burnt in, approved by another person, searched before they are kept."""

from __future__ import annotations

import dataclasses
import io
import time
from typing import TYPE_CHECKING

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops

from tests.people import NOON
from tests.scenes.decision import present
from tests.scenes.redaction import WORDS, a_letter, approved, begun, covered, laid_out, worked
from tests.verapdf import faults
from tvist.documents.chunks import BrokenPaper
from tvist.errors import CannotProceed
from tvist.redaction.actions import approve, begin, cover, note_words, send_back, submit, uncover
from tvist.redaction.drawing import Box, unburnt
from tvist.redaction.job import faults_in, made_file, order_of, pages_of
from tvist.redaction.models import WHOLE
from tvist.redaction.rules import RedactionStage, stage_of
from tvist.redaction.words import found_in, uncovered
from tvist.submissions.paper_actions import quarantine_paper

if TYPE_CHECKING:
    from tests.people import Cast
    from tvist.installation import Installation
    from tvist.redaction.models import Redaction


def bytes_of(installation: Installation, redaction: Redaction) -> bytes:
    return b"".join(installation.papers.open(redaction.blob_id or ""))


def codes(refused: pytest.ExceptionInfo[CannotProceed]) -> list[str]:
    return [each.code for each in refused.value.obstacles]


def test_what_is_made_is_pictures_alone_and_conforms(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        made = worked(session, installation, approved(session, cast, installation))
        assert stage_of(made) is RedactionStage.MADE, made.return_reasons
        data = bytes_of(installation, made)
        assert (len(data), made.made_at) == (made.size, NOON)
    with pypdfium2.PdfDocument(data) as document:
        assert [page.get_textpage().count_chars() for page in document] == [0]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert not pdf.attachments
        assert not [
            thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == pikepdf.Name.Font
        ]
        assert "Brev" not in str(pdf.docinfo.Title)
    assert faults(data, "2a") == faults(data, "ua1") == []


def test_the_pages_without_boxes_are_gone_when_the_file_is_made(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        made = approved(session, cast, installation)
        pages = made.blob_id or ""
        worked(session, installation, made)
        with pytest.raises(BrokenPaper):
            installation.papers.open(pages)
        before = made.blob_id
        assert worked(session, installation, made).blob_id == before


@pytest.mark.parametrize("uncovers", ["a box", "a word"])
def test_who_uncovered_does_not_approve_what_is_left(installation: Installation, cast: Cast, uncovers: str) -> None:
    with installation.database.writing() as session:
        made, people = covered(session, cast, installation), present(session, cast)
        if uncovers == "a box":
            uncover(made, made.boxes[0].public_id, by=people.stein, at=NOON)
        else:
            note_words(made, "", by=people.stein, at=NOON)
        submit(made, by=people.siri, at=NOON)
        session.flush()
        with pytest.raises(CannotProceed) as refused:
            approve(made, by=people.stein, at=NOON)
        assert codes(refused) == ["redaction.not_ones_own"]


def test_a_word_that_no_box_covers_sends_it_back_with_the_page(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        made = covered(session, cast, installation)
        uncover(made, made.boxes[0].public_id, by=present(session, cast).siri, at=NOON)
        submit(made, by=present(session, cast).siri, at=NOON)
        session.flush()
        approve(made, by=present(session, cast).stein, at=NOON)
        worked(session, installation, made)
        assert stage_of(made) is RedactionStage.COVERING
        assert made.return_reasons == "«Kari Fjellstads» på side 1 ligg ikkje under eit felt."


def test_every_form_of_a_word_is_found_where_it_stands_and_covered_exactly(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        made = laid_out(session, cast, installation)
        with pages_of(installation.papers, made.blob_id or "") as pages:
            found = found_in(pages, WORDS.splitlines())
            boxes = [box for each in found for box in each.boxes]
            assert [each.words for each in found if "." not in each.words] == [
                "Kari Fjellstads",
                "900 12 345",
                "Kari Fjellstad",
            ] * 3
            assert uncovered(found, boxes) == []
            narrow = [Box(box.page, box.left + box.width // 2, box.top, box.width // 2, box.height) for box in boxes]
            assert uncovered(found, narrow) == found


def test_a_file_with_text_or_with_a_box_that_shows_something_is_refused(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        order = order_of(covered(session, cast, installation), NOON)
    with pages_of(installation.papers, order.blob_id) as pages:
        found = faults_in(pages.read_bytes(), pages, order)
        assert {each.code for each in found} == {"redaction.still_text", "redaction.shows_through", "redaction.leaks"}
        good = made_file(pages, order)
        assert made_file(pages, order) == good
        assert faults_in(good, pages, order) == unburnt(good, order.boxes) == []


def test_each_page_of_an_invented_case_is_marked_so_and_of_a_real_one_is_not(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        order = order_of(covered(session, cast, installation), NOON)
    with pages_of(installation.papers, order.blob_id) as pages:
        marked, real = (made_file(pages, dataclasses.replace(order, marked_as_invented=is_so)) for is_so in (True, False))
        assert faults_in(marked, pages, order) == faults(marked, "2a") == faults(marked, "ua1") == []
    changed = ImageChops.difference(first_page(marked), first_page(real)).getbbox()
    assert changed is not None
    left, _top, _right, low = changed
    assert left > first_page(real).width // 2
    assert low < first_page(real).height // 10
    assert ("Oppdikt" in alternative(marked), "Oppdikt" in alternative(real)) == (True, False)


def first_page(data: bytes) -> Image.Image:
    with pypdfium2.PdfDocument(data) as document:
        picture: Image.Image = document[0].render(scale=1).to_pil().convert("L")
        return picture


def alternative(data: bytes) -> str:
    """What is said of the pages to who cannot see them."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return " ".join(str(thing["/Alt"]) for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary) and "/Alt" in thing)


def test_a_scan_keeps_its_colour_and_loses_what_lies_under_a_box(installation: Installation, cast: Cast) -> None:
    scan = io.BytesIO()
    Image.new("RGB", (600, 800), (200, 30, 30)).save(scan, "PNG")
    with installation.database.writing() as session:
        made = laid_out(session, cast, installation, content=scan.getvalue(), kind="png", secrets="")
        cover(made, [Box(1, 1000, 1000, 5000, 3000)], by=present(session, cast).siri, at=NOON)
        submit(made, by=present(session, cast).siri, at=NOON)
        session.flush()
        approve(made, by=present(session, cast).stein, at=NOON)
        worked(session, installation, made)
        assert stage_of(made) is RedactionStage.MADE, made.return_reasons
        data = bytes_of(installation, made)
    with pypdfium2.PdfDocument(data) as document:
        picture = document[0].render(scale=1, rev_byteorder=True).to_pil().convert("RGB")
    wide, high = picture.size
    assert max(picture.getpixel((wide * 3 // 10, high * 2 // 10))) < 20
    assert any(count > wide * high // 4 and shade[0] > 150 and shade[1] < 80 for count, shade in picture.getcolors(wide * high))


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"Kari Fjellstad bor her.", "txt"), (b"From: Kari Fjellstad <k@example.no>\nSubject: Hei\n\nHilsen Kari Fjellstad", "eml")],
)
def test_texts_and_mails_go_by_their_page_form(installation: Installation, cast: Cast, content: bytes, kind: str) -> None:
    with installation.database.writing() as session:
        made = worked(session, installation, approved(session, cast, installation, content=content, kind=kind))
        assert stage_of(made) is RedactionStage.MADE, made.return_reasons
        assert made.boxes


def test_a_text_of_many_lines_is_laid_out_whole_and_soon(installation: Installation, cast: Cast) -> None:
    lines = "\n".join(f"Linje {number}: barnet bodde hos oss." for number in range(6000))
    with installation.database.writing() as session:
        begun_now = begun(session, cast, installation, content=lines.encode(), kind="txt")
        before = time.process_time()
        made = worked(session, installation, begun_now)
        assert time.process_time() - before < 30  # It takes two; as one paragraph it took more than a minute.
        with pages_of(installation.papers, made.blob_id or "") as pages:
            assert [each.words for each in found_in(pages, ["Linje 5999"])] == ["Linje 5999"]


def test_a_text_that_is_too_long_to_be_printed_whole_is_asked_for_as_pdf(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        made = laid_out(session, cast, installation, content=b"Barnet bodde hos oss.\n" * 20_000, kind="txt")
        assert stage_of(made) is RedactionStage.LAYING_OUT
        assert "som PDF" in made.return_reasons


def test_a_file_without_pages_says_what_to_do(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        made = laid_out(session, cast, installation, content=b"%PDF-1.7 no pages at all")
        assert stage_of(made) is RedactionStage.LAYING_OUT
        assert "som PDF" in made.return_reasons


def test_a_paper_under_quarantine_is_never_given_out(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        made = covered(session, cast, installation)
        quarantine_paper(made.paper, by=present(session, cast).siri, at=NOON, reason="Feil barn.")
        with pytest.raises(CannotProceed) as refused:
            submit(made, by=present(session, cast).siri, at=NOON)
        assert codes(refused) == ["redaction.quarantined"]
        with pytest.raises(CannotProceed):
            begin(made.paper, purpose="Innsyn.", secrets="", by=present(session, cast).siri, at=NOON)


def test_a_purpose_is_said(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        made = begun(session, cast, installation)
        with pytest.raises(CannotProceed) as refused:
            begin(made.paper, purpose="  ", secrets="", by=present(session, cast).siri, at=NOON)
        assert codes(refused) == ["redaction.say_purpose"]


def test_a_paper_put_under_quarantine_after_approval_comes_back_instead_of_being_made(
    installation: Installation, cast: Cast
) -> None:
    with installation.database.writing() as session:
        made = approved(session, cast, installation)
        quarantine_paper(made.paper, by=present(session, cast).siri, at=NOON, reason="Feil barn.")
        worked(session, installation, made)
        assert stage_of(made) is RedactionStage.COVERING
        assert made.return_reasons


def test_words_beyond_the_edge_of_a_cropped_page_need_no_box(installation: Installation, cast: Cast) -> None:
    with pikepdf.open(io.BytesIO(a_letter())) as pdf:
        pdf.pages[0].MediaBox = pikepdf.Array([0, 0, 150, 842])
        cropped = io.BytesIO()
        pdf.save(cropped)
    with installation.database.writing() as session:
        made = worked(session, installation, approved(session, cast, installation, content=cropped.getvalue()))
        assert made.boxes
        assert all(box.left + box.width <= WHOLE for box in made.boxes)
        assert stage_of(made) is RedactionStage.MADE, made.return_reasons


def test_another_person_approves_and_the_leader_only_when_no_officer_is_there(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        made = covered(session, cast, installation)
        submit(made, by=present(session, cast).siri, at=NOON)
        session.flush()
        people = present(session, cast)
        for user, code in ((people.siri, "redaction.not_ones_own"), (people.cato, "redaction.officer_is_there")):
            with pytest.raises(CannotProceed) as refused:
                approve(made, by=user, at=NOON)
            assert codes(refused) == [code]
        people.stein.disabled_at = NOON
        session.flush()
        approve(made, by=people.cato, at=NOON)
        assert stage_of(made) is RedactionStage.MAKING


def test_it_is_sent_back_with_reasons_and_covered_anew(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        made = covered(session, cast, installation)
        submit(made, by=present(session, cast).siri, at=NOON)
        session.flush()
        with pytest.raises(CannotProceed) as refused:
            cover(made, [Box(1, 0, 0, 10, 10)], by=present(session, cast).siri, at=NOON)
        assert codes(refused) == ["redaction.not_covering"]
        with pytest.raises(CannotProceed):
            send_back(made, " ", by=present(session, cast).stein, at=NOON)
        send_back(made, "Dekk adressen også.", by=present(session, cast).stein, at=NOON)
        assert (stage_of(made), made.return_reasons) == (RedactionStage.COVERING, "Dekk adressen også.")


def test_boxes_lie_on_their_page_and_the_same_box_is_put_once(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        made = laid_out(session, cast, installation)
        box = Box(1, 0, 0, WHOLE, 100)
        assert cover(made, [box, box], by=present(session, cast).siri, at=NOON) == 1
        assert cover(made, [box], by=present(session, cast).siri, at=NOON) == 0
        for bad in (Box(1, 1, 0, WHOLE, 10), Box(0, 0, 0, 1, 1), Box(1, 0, 0, 0, 1), Box(1, -1, 0, 5, 5)):
            with pytest.raises(CannotProceed):
                cover(made, [bad], by=present(session, cast).siri, at=NOON)


def test_words_are_kept_one_a_line(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        made = laid_out(session, cast, installation)
        note_words(made, "  Kari \n\nKari\n Ola ", by=present(session, cast).siri, at=NOON)
        assert made.secrets == "Kari\nOla"


def test_a_letter_of_many_pages_names_each(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        order = order_of(covered(session, cast, installation, content=a_letter(times=60), secrets=""), NOON)
    with pages_of(installation.papers, order.blob_id) as pages, pikepdf.open(io.BytesIO(made_file(pages, order))) as pdf:
        figures = pdf.Root.StructTreeRoot.K[0].K
        assert [str(each.Alt) for each in figures][
            1
        ] == f"Side 2 av {len(pdf.pages)}: sladda bilete av eit dokument. Oppdikta døme"
