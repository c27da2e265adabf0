"""The units as systemd's own tools see them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.system import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
#: Of 10. What is left are the network that it is for, and what a Python with C extensions needs.
MOST_EXPOSED = 1.5

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The folder as it is copied, with a Python that is on this machine."""
    copy = shutil.copytree(UNITS, tmp_path / "units")
    for service in copy.glob("*.service"):
        service.write_text(service.read_text().replace("/opt/quire/.venv/bin/python", sys.executable))
    return copy


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


def test_systemd_understands_every_line(units: Path):
    told = analyze("verify", "--man=no", *(path for path in units.iterdir() if path.is_file()))

    assert (told.returncode, told.stderr) == (0, "")
    assert len(SERVICES) >= 2


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_shut_in(units: Path, name: str):
    told = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", units / name)

    assert told.returncode == 0, told.stdout


def test_the_documents_name_units_that_are_there():
    text = (ROOT / "docs" / "deploy.md").read_text()
    named = {
        unit
        for line in text.splitlines()
        if "systemctl" in line
        for unit in re.findall(r"quire-[a-z]+(?:@|\.target)?", line)
    }

    assert {unit if unit.endswith(".target") else f"{unit}.service" for unit in named} == {
        *SERVICES,
        *(path.name for path in UNITS.glob("*.target")),
    }
