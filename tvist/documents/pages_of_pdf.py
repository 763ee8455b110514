"""A PDF of anybody's as plain pages of ours: what is drawn on each page and nothing else, upright, with a strip under it for the running page number.

Each page is built anew around a drawing of the old one, so that what is not asked for cannot come along: scripts, actions, forms, attached files,
media, hidden notes. Annotations become part of the drawing as they look; of the links, those within the file are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

A4: Final = (595.28, 841.89)
STRIP: Final = 24.0
"""Points under an A4 page; a wider page has a higher strip, as its number is written larger."""
LEAST_SIDE: Final = 3.0
MOST_SIDE: Final = 14_400.0
MOST_PAGES: Final = 3_000
"""Of one paper: more than that is a register or a mistake, and is read as a file."""
MOST_LINKS: Final = 5_000
TURNS: Final = 4
DEEPEST: Final = 40
"""A tree of names as deep as this is a circle."""
_UNWANTED_IN_STREAMS: Final = (
    # A file elsewhere in the place of the bytes; and what hangs on a drawing without being drawn.
    *("/F", "/FFilter", "/FDecodeParms", "/Ref", "/OPI", "/Alternates", "/AF", "/Metadata", "/PieceInfo", "/OC", "/StructParent"),
    *("/StructParents", "/PS", "/Level1", "/Measure", "/PtData"),
)


@dataclass(frozen=True)
class Link:
    """On which page (from 0) a link lies, its corners in points from the lower left, and the page it leads to."""

    page: int
    corners: tuple[float, float, float, float]
    target: int


class NotPages(Exception):
    """No pages can be made of the file. `why` is `broken`, `locked`, `empty` or `too_long`."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


def scale_of(width: float) -> float:
    """How large a page number is on a page of that width: 1 on A4."""
    return min(max(width / A4[0], 0.4), 8.0)


def plain_pages(source: Path, target: Path) -> list[Link]:
    """Write the pages of `source` to `target`; returns the links between them. Raises `NotPages`."""
    try:
        with pikepdf.open(source, access_mode=pikepdf.AccessMode.stream) as old, pikepdf.new() as new:
            if not old.pages:
                raise NotPages("empty")
            if len(old.pages) > MOST_PAGES:
                raise NotPages("too_long")
            links = _links(old)
            _flatten(old)
            for page in old.pages:
                _add(new, page)
            _clean_streams(new)
            new.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except pikepdf.PasswordError:
        raise NotPages("locked") from None
    except (pikepdf.PdfError, OSError, ValueError, TypeError, AttributeError, KeyError, RuntimeError, RecursionError) as error:
        # What a broken file leads to: it asks for keys where there is a number, and for numbers where there is a name.
        raise NotPages("broken") from error
    return links


def _flatten(old: pikepdf.Pdf) -> None:
    """Draw forms and annotations on their pages as they look."""
    root = old.Root
    form = root.get("/AcroForm")
    if isinstance(form, Dictionary) and form.get("/NeedAppearances") is not None and not form.get("/XFA"):
        old.generate_appearance_streams()
    # A popup is no part of the page: it opens over it.
    old.flatten_annotations("screen")


def _add(new: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """One page anew: its drawing, turned upright, above a strip of its own."""
    matrix, width, height, unit = _upright(page)
    obj = page.obj
    resources = _inherited(obj, "/Resources")
    page_box = [float(each) for each in _box(page)]
    for key in list(obj.keys()):
        if key not in {"/Type", "/Parent", "/Contents", "/Group"}:
            del obj[key]
    obj["/MediaBox"] = Array(page_box)
    obj["/Resources"] = resources if isinstance(resources, Dictionary) else Dictionary()
    form = new.copy_foreign(page.as_form_xobject(handle_transformations=False))
    strip = STRIP * scale_of(width)
    a, b, c, d, e, f = (each * unit for each in matrix)
    drawn = f"q {a:.5f} {b:.5f} {c:.5f} {d:.5f} {e:.4f} {f + strip:.4f} cm /P Do Q\n"
    new.add_blank_page(page_size=(_rounded(width), _rounded(height + strip)))
    made = new.pages[-1].obj
    made["/Resources"] = Dictionary(XObject=Dictionary(P=form))
    made["/Contents"] = new.make_stream(drawn.encode())


def _upright(page: pikepdf.Page) -> tuple[tuple[float, float, float, float, float, float], float, float, float]:
    """The matrix that puts the visible part of a page upright at the origin, then its width, height and unit, in points."""
    left, low, right, high = _box(page)
    wide, tall = right - left, high - low
    unit = _number(page.obj.get("/UserUnit"), 1.0)
    unit = unit if unit > 0 and max(wide, tall) * unit <= MOST_SIDE else 1.0
    turned = int(_number(_inherited(page.obj, "/Rotate"), 0)) // 90 % TURNS
    matrix = (
        (1.0, 0.0, 0.0, 1.0, -left, -low),
        (0.0, -1.0, 1.0, 0.0, -low, right),
        (-1.0, 0.0, 0.0, -1.0, right, high),
        (0.0, 1.0, -1.0, 0.0, high, -left),
    )[turned]
    width, height = (tall, wide) if turned % 2 else (wide, tall)
    return matrix, width * unit, height * unit, unit


def _box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """What a reader shows of the page: its crop box within its media box; A4 where the file says nothing that can be."""
    media = _corners(_inherited(page.obj, "/MediaBox")) or (0.0, 0.0, *A4)
    crop = _corners(_inherited(page.obj, "/CropBox")) or media
    shown = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    return shown if _can_be(shown) else media


def _corners(box: Any) -> tuple[float, float, float, float] | None:
    if not isinstance(box, Array) or len(box) != len("xyxy"):
        return None
    x1, y1, x2, y2 = (_number(each, 0.0) for each in box)
    found = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    return found if _can_be(found) else None


def _can_be(box: tuple[float, float, float, float]) -> bool:
    return all(LEAST_SIDE <= side <= MOST_SIDE for side in (box[2] - box[0], box[3] - box[1]))


def _inherited(page: Any, key: str) -> Any:
    """A page takes what it does not say itself from the nodes above it."""
    node, steps = page, 0
    while isinstance(node, Dictionary) and steps < MOST_PAGES:
        if key in node:
            return node[key]
        node, steps = node.get("/Parent"), steps + 1
    return None


def _number(value: Any, otherwise: float) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return otherwise


def _clean_streams(new: pikepdf.Pdf) -> None:
    """No drawing fetches a file from elsewhere, runs PostScript or carries anything that is not drawn."""
    for thing in new.objects:
        if not isinstance(thing, pikepdf.Stream):
            continue
        for key in _UNWANTED_IN_STREAMS:
            if key in thing:
                del thing[key]
        if thing.get("/Subtype") == Name("/PS"):
            thing["/Subtype"] = Name("/Form")
            thing["/BBox"] = Array([0, 0, 0, 0])
            thing.write(b"")
        resources = thing.get("/Resources")
        if isinstance(resources, Dictionary) and isinstance(resources.get("/Properties"), Dictionary):
            # What a run of marks says of itself: layers, structure, attached files.
            for key in list(resources["/Properties"].keys()):
                resources["/Properties"][key] = Dictionary()


def _links(old: pikepdf.Pdf) -> list[Link]:
    """The links within the file, told in places of the pages as they will be."""
    places = {page.obj.objgen: place for place, page in enumerate(old.pages)}
    names = _Names(old)
    found: list[Link] = []
    for place, page in enumerate(old.pages):
        annotations = page.obj.get("/Annots")
        for each in annotations if isinstance(annotations, Array) else ():
            if len(found) < MOST_LINKS and (link := _link(each, place, page, names, places)) is not None:
                found.append(link)
    return found


def _link(each: Any, place: int, page: pikepdf.Page, names: _Names, places: dict[tuple[int, int], int]) -> Link | None:  # noqa: PLR0917 - where the link lies and where it may lead.
    if not isinstance(each, Dictionary) or each.get("/Subtype") != Name("/Link"):
        return None
    action = each.get("/A")
    destination = each.get("/Dest")
    if destination is None and isinstance(action, Dictionary) and action.get("/S") == Name("/GoTo"):
        destination = action.get("/D")
    target = names.page_of(destination, places)
    corners = _corners(each.get("/Rect"))
    if target is None or corners is None:
        return None
    (a, b, c, d, e, f), width, _, unit = _upright(page)
    strip = STRIP * scale_of(width)
    points = [(a * x + c * y + e, b * x + d * y + f) for x, y in (corners[:2], corners[2:])]
    xs, ys = sorted(x * unit for x, _ in points), sorted(y * unit + strip for _, y in points)
    return Link(place, (xs[0], ys[0], xs[1], ys[1]), target)


class _Names:
    """The named places of a file."""

    def __init__(self, old: pikepdf.Pdf) -> None:
        self._old = old.Root.get("/Dests")
        tree = old.Root.get("/Names")
        named = tree.get("/Dests") if isinstance(tree, Dictionary) else None
        self._tree = dict(self._walk(named, depth=0)) if isinstance(named, Dictionary) else {}

    def page_of(self, destination: Any, places: dict[tuple[int, int], int]) -> int | None:
        """The page (from 0) that a destination stands for, named or not."""
        if isinstance(destination, pikepdf.String):
            destination = self._tree.get(bytes(destination))
        elif isinstance(destination, Name) and isinstance(self._old, Dictionary):
            destination = self._old.get(str(destination))
        if isinstance(destination, Dictionary):
            destination = destination.get("/D")
        if not isinstance(destination, Array) or not len(destination) or not isinstance(destination[0], Dictionary):
            return None
        return places.get(destination[0].objgen)

    def _walk(self, node: Dictionary, depth: int) -> Iterator[tuple[bytes, Any]]:
        if depth > DEEPEST:
            return
        pairs = node.get("/Names")
        if isinstance(pairs, Array):
            yield from ((bytes(pairs[at]), pairs[at + 1]) for at in range(0, len(pairs) - 1, 2))
        kids = node.get("/Kids")
        for kid in kids if isinstance(kids, Array) else ():
            if isinstance(kid, Dictionary):
                yield from self._walk(kid, depth + 1)


def _rounded(length: float) -> float:
    return round(length, 2)
