"""`tvist sbom`: what this installation is made of, as a CycloneDX document."""

from __future__ import annotations

import json
import re
import uuid
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMESPACE: Final = uuid.UUID("6f0a54c6-6a0e-5d0c-9d5c-2f6f6f1f7f3e")
"""From it and the contents the serial number follows: the same installation has the same document, but for when it was made."""
_VENDOR: Final = re.compile(r"\((?P<name>\S+) (?P<version>[^\s,]+), (?P<licence>[^)]+)\)")


@click.command
def sbom() -> None:
    """Write what this installation is made of (CycloneDX, JSON)."""
    from tvist.clock import now

    click.echo(json.dumps(bill(made_at=now().isoformat(timespec="seconds")), indent=2, ensure_ascii=False))


def bill(*, made_at: str) -> dict[str, Any]:
    """The document: the packages that run Tvist with what each needs, as installed here, and the front-end assets."""
    packages = dict(_installed())
    assets = list(_assets())
    root = _package(distribution("tvist"))
    components = [_package(found) for name, found in sorted(packages.items()) if name != "tvist"]
    pointed = {
        _ref(found): sorted(_ref(packages[each]) for each in _needed(found) if each in packages) for found in packages.values()
    }
    pointed[root["bom-ref"]] += [each["bom-ref"] for each in assets]
    contents = json.dumps([components, assets], sort_keys=True)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, contents)}",
        "version": 1,
        "metadata": {"timestamp": made_at, "component": {**root, "type": "application"}},
        "components": components + assets,
        "dependencies": [{"ref": ref, "dependsOn": on} for ref, on in sorted(pointed.items())]
        + [{"ref": each["bom-ref"]} for each in assets],
    }


def _installed() -> Iterator[tuple[str, Distribution]]:
    """Tvist and all that it needs, and what those need, by their names in an index."""
    waiting, seen = ["tvist"], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        yield name, found
        waiting += _needed(found)


def _needed(found: Distribution) -> list[str]:
    """The names of what it needs on this machine (`packaging` comes with gunicorn); of its extras those that something of ours asks for are installed, and so are found."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    needed = [Requirement(each) for each in found.requires or []]
    return [
        str(canonicalize_name(each.name))
        for each in needed
        if each.marker is None or each.marker.evaluate({"extra": ""}) or _is_binary(found, each.name)
    ]


def _is_binary(found: Distribution, name: str) -> bool:
    """The one extra that we ask for: `psycopg[binary]`."""
    return found.name == "psycopg" and name == "psycopg-binary"


def _ref(found: Distribution) -> str:
    from packaging.utils import canonicalize_name

    return f"pkg:pypi/{canonicalize_name(found.name)}@{found.version}"


def _package(found: Distribution) -> dict[str, Any]:
    ref = _ref(found)
    fields = found.metadata.json
    licence = str(fields.get("license_expression") or _first_line(fields.get("license")))
    named = {"licenses": [{"license": {"name": licence}}]} if licence else {}
    return {"type": "library", "bom-ref": ref, "name": found.name, "version": found.version, "purl": ref, **named}


def _first_line(text: object) -> str:
    """Some packages have the whole text of their licence there."""
    return str(text or "").strip().partition("\n")[0][:100]


def _assets() -> Iterator[dict[str, Any]]:
    """The front-end assets that the set-up fetched, one for each package; none where it has not run."""
    from tvist.config import HERE

    contents = HERE / "static" / "vendor" / "CONTENTS.txt"
    text = contents.read_text(encoding="utf-8") if contents.exists() else ""
    for name, version, licence in sorted({(each["name"], each["version"], each["licence"]) for each in _VENDOR.finditer(text)}):
        purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": version,
            "purl": purl,
            "licenses": [{"license": {"name": licence}}],
        }
