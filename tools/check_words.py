"""Checks the words: the same codes in all three languages, nothing missing, nothing empty, nothing left over.

A code is used where it stands as a text in the program or in a template. One that is put together while the program runs
(`Message(f"letter.{kind}")`) is known by its beginning. Start reading at `findings`.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Message as Entry
from babel.messages.pofile import PoFileError, read_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("nb", "nn", "en")
# Who is given a code: the first argument of these must stand in the catalogues.
SPEAKERS = {"Message", "lazy", "t"}
# StrEnums whose members are never shown to anybody; each with the reason.
UNLABELLED = {
    "Mode": "a setting, named in the configuration as it is",
    "JobKind": "seen by the job worker alone",
    "MailAnswer": "seen by the sending of letters alone",
    "Which": "in a form, which of two texts a button takes back",
    "Purpose": "in the signed cookie, what somebody went to the provider of the national sign-in for",
    "Turn": "the plots of the demo, for the people who write them",
}
# Files whose codes others ask for, so that none of them counts as left over; each with the reason.
ASKED_FROM_OUTSIDE = {
    "wtforms.po": "the codes are WTForms's own sentences, which it asks for itself",
    "codes.po": "the codes are those of the dated code list, a data file",
}


class Used(NamedTuple):
    """What the program says: codes and enum labels with the place they stand at, and all texts and beginnings seen."""

    codes: dict[str, str]
    labels: dict[str, str]
    texts: set[str]
    beginnings: set[str]


def findings(root: Path) -> list[str]:
    """Return what is wrong with the words of the project in `root`, a sentence each."""
    catalogues: dict[str, dict[str, Entry]] = {}
    found: list[str] = []
    for language in LANGUAGES:
        catalogues[language] = {}
        for file in sorted((root / "tvist" / "translations" / language).glob("*.po")):
            found += in_catalogue(file, language, catalogues[language])
    found += between_languages(catalogues)
    used = used_in(root)
    known = catalogues["nb"]
    found += [f"{place}: no words for {code}" for code, place in {**used.labels, **used.codes}.items() if code not in known]
    return [*found, *left_over(known, used)]


def in_catalogue(file: Path, language: str, catalogue: dict[str, Entry]) -> Iterator[str]:
    """Read one file into `catalogue`, keyed by code, and yield what is wrong with it alone."""
    place = f"{language}/{file.name}"
    try:
        with file.open("rb") as opened:
            read = read_po(opened, abort_invalid=True)
    except PoFileError as reason:
        yield f"{place}: {reason}"
        return
    written = re.findall(r'^msgid "(.+)"$', file.read_text(encoding="utf-8"), re.MULTILINE)
    yield from (f"{place}: {code} stands there twice" for code in sorted({code for code in written if written.count(code) > 1}))
    for entry in read:
        if not entry.id:
            continue
        code = code_of(entry)
        if code in catalogue:
            yield f"{place}: {code} stands in another file too ({catalogue[code].context})"
        # Where it was read, for the message above and for `left_over`; gettext's own contexts are not in use here.
        entry.context = file.name
        catalogue[code] = entry
        if not all(text.strip() for text in texts_of(entry)):
            yield f"{place}: {code} is empty"
        if entry.fuzzy:
            yield f"{place}: {code} is marked fuzzy"


def code_of(entry: Entry) -> str:
    """Return the code; an entry with a plural has it twice."""
    return entry.id if isinstance(entry.id, str) else str(entry.id[0])


def texts_of(entry: Entry) -> tuple[str, ...]:
    """Return its text, or its texts for one and for several."""
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ("",))


def between_languages(catalogues: dict[str, dict[str, Entry]]) -> Iterator[str]:
    """Yield what one language has and another has not: codes, files, parameters, the difference between one and several."""
    for code in sorted({code for catalogue in catalogues.values() for code in catalogue}):
        entries = {language: catalogues[language].get(code) for language in LANGUAGES}
        missing = [language for language, entry in entries.items() if entry is None]
        present = [entry for entry in entries.values() if entry is not None]
        if missing:
            yield f"{present[0].context}: {code} is missing in {', '.join(missing)}"
        if len({entry.context for entry in present}) > 1:
            yield f"{code} stands in different files in the languages"
        if len({isinstance(entry.id, str) for entry in present}) > 1:
            yield f"{present[0].context}: {code} has a plural in one language and none in another"
        if len({parameters for entry in present for parameters in parameters_of(entry)}) > 1:
            yield f"{present[0].context}: {code} has not the same parameters everywhere"


def parameters_of(entry: Entry) -> Iterator[frozenset[str]]:
    """Yield the parameters of each text. A text for one or several may say the count in words."""
    for text in texts_of(entry):
        named = frozenset(re.findall(r"\{(\w+)\}|(%\(\w+\)[sd]|%[sd])", text))
        yield named if isinstance(entry.id, str) else named - {("count", "")} - {("", "%(max)d"), ("", "%(min)d")}


def used_in(root: Path) -> Used:
    """Read the whole program and all templates."""
    used = Used({}, {}, set(), set())
    for file in sorted((root / "tvist").rglob("*.py")):
        read_python(file.relative_to(root).as_posix(), ast.parse(file.read_text(encoding="utf-8")), used)
    # Only read, never rendered: nothing to escape.
    jinja = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)
    for file in sorted((root / "templates").rglob("*")):
        if file.is_file():
            read_template(file.relative_to(root).as_posix(), jinja.parse(file.read_text(encoding="utf-8")), used)
    return used


def read_python(name: str, tree: ast.Module, used: Used) -> None:
    """Take in one module."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=speaker) | ast.Attribute(attr=speaker), args=[first, *_]) if speaker in SPEAKERS:
                used.codes.update((code, f"{name}:{node.lineno}") for code in python_texts(first))
            case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), _, *_]) if "." in beginning:
                used.beginnings.add(beginning)
            case ast.BinOp(left=ast.Constant(value=str(beginning)), op=ast.Add()) if "." in beginning:
                used.beginnings.add(beginning)
            case ast.Constant(value=str(text)):
                used.texts.add(text)
            case ast.ClassDef() if any(ast.unparse(base).split(".")[-1] == "StrEnum" for base in node.bases):
                if node.name not in UNLABELLED:
                    used.labels.update((f"{snake_case(node.name)}.{value}", f"{name}:{node.lineno}") for value in members(node))


def python_texts(node: ast.expr) -> Iterable[str]:
    """Return the text that stands there, or both texts of an if-else."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return [*python_texts(one), *python_texts(other)]
    return []


def members(node: ast.ClassDef) -> Iterator[str]:
    """Yield the values of an enum; `auto()` is the name in small letters."""
    for line in node.body:
        match line:
            case ast.Assign(targets=[ast.Name()], value=ast.Constant(value=str(value))):
                yield value
            case ast.Assign(targets=[ast.Name(id=member)], value=ast.Call(func=ast.Name(id="auto") | ast.Attribute(attr="auto"))):
                yield member.lower()


def snake_case(name: str) -> str:
    """`ClaimLine` -> `claim_line`, as in tvist.words."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def read_template(name: str, tree: nodes.Template, used: Used) -> None:
    """Take in one template."""
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in SPEAKERS and call.args:
            used.codes.update((code, f"{name}:{call.lineno}") for code in template_texts(call.args[0]))
    used.texts.update(constant.value for constant in tree.find_all(nodes.Const) if isinstance(constant.value, str))
    for joined in tree.find_all(nodes.Concat):
        used.beginnings.update(text for text in template_texts(joined.nodes[0]) if "." in text)
    for added in tree.find_all(nodes.Add):
        used.beginnings.update(text for text in template_texts(added.left) if "." in text)


def template_texts(node: nodes.Node | None) -> Iterable[str]:
    """Return the text that stands there, or both texts of an if-else."""
    match node:
        case nodes.Const(value=str(text)):
            return [text]
        case nodes.CondExpr():
            return [*template_texts(node.expr1), *template_texts(node.expr2)]
    return []


def left_over(known: dict[str, Entry], used: Used) -> Iterator[str]:
    """Yield the codes that nothing asks for."""
    for code, entry in known.items():
        asked = code in used.texts or code in used.labels or code.startswith(tuple(used.beginnings))
        if not asked and entry.context not in ASKED_FROM_OUTSIDE:
            yield f"{entry.context}: nothing uses {code}"


def main() -> None:
    """Print the findings; end with 1 if there are any."""
    if found := findings(ROOT):
        sys.exit("\n".join(found))
    print("Words: in order.")


if __name__ == "__main__":
    main()
