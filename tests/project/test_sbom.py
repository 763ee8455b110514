"""`tvist sbom` tells what an installation is made of, no more and no less than the lock file."""

from __future__ import annotations

import json
import re
from pathlib import Path

from click.testing import CliRunner
from packaging.requirements import Requirement

from tvist.cli import cli
from tvist.commands.components import bill

ROOT = Path(__file__).resolve().parents[2]
WHEN = "2026-03-02T11:00:00+00:00"


def locked() -> dict[str, str]:
    """What `requirements.lock` puts on this machine."""
    lines = re.findall(
        r"^([a-z0-9][^\s;]*==[^\s;]+(?: *;[^\\\n]*)?)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
    )
    found = [Requirement(each.strip()) for each in lines]
    return {each.name: str(each.specifier).removeprefix("==") for each in found if each.marker is None or each.marker.evaluate()}


def test_it_names_what_the_lock_file_pins_and_nothing_else() -> None:
    packages = {
        each["purl"].split("/")[1].split("@")[0]: each["version"]
        for each in bill(made_at=WHEN)["components"]
        if "pypi" in each["purl"]
    }
    assert packages == locked()


def test_it_names_the_assets_with_their_licences() -> None:
    assets = [each for each in bill(made_at=WHEN)["components"] if "pkg:npm" in each["purl"]]
    assert "@digdir/designsystemet-css" in {each["name"] for each in assets}
    assert all(each["licenses"][0]["license"]["name"] for each in assets)


def test_everything_that_is_pointed_to_is_there_once() -> None:
    found = bill(made_at=WHEN)
    refs = [found["metadata"]["component"]["bom-ref"], *(each["bom-ref"] for each in found["components"])]
    assert len(refs) == len(set(refs))
    assert {each["ref"] for each in found["dependencies"]} == set(refs)
    assert {to for each in found["dependencies"] for to in each.get("dependsOn", [])} <= set(refs)


def test_the_same_installation_has_the_same_number() -> None:
    assert bill(made_at=WHEN)["serialNumber"] == bill(made_at="2027-01-01T00:00:00+00:00")["serialNumber"]


def test_the_command_writes_it() -> None:
    told = CliRunner().invoke(cli, ["sbom"])
    assert told.exit_code == 0
    assert json.loads(told.output)["bomFormat"] == "CycloneDX"
