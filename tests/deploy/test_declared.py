"""Whatever the files for deployment are written for, they name what there is."""

from __future__ import annotations

import re

import pytest

from ingestion.config import FOREIGN_PREFIXES, Settings
from ingestion.system import ROOT
from tests.commandline import run
from tests.deploy import declared


@pytest.mark.parametrize("command", sorted(declared.commands()), ids=" ".join)
def test_every_command_exists(command: tuple[str, ...]):
    program, *words = command
    assert (ROOT / program).is_file()
    if program == "cli.py":
        assert run(*words, "--help").exit_code == 0


def test_every_program_is_run_by_each_of_them():
    told = {name: path.read_text() for path in declared.DEPLOY.rglob("*") if path.is_file() for name in [path.name]}

    assert {("main.py",), ("worker.py",), ("cli.py", "db", "upgrade")} <= declared.commands()
    for name in ("supervisord.conf", "quire-worker@.service", "compose.yaml", "worker.yaml"):
        assert "worker.py" in told[name]


def test_every_setting_is_one():
    known = {name.upper() for name in Settings.model_fields} | {"PATH"}
    named = {name.removesuffix("_FILE") for name in declared.settings() if not name.startswith(FOREIGN_PREFIXES)}

    assert named <= known
    assert {"DATABASE_URL", "DATA_DIR", "API_HOST", "LOG_FORMAT"} <= named


@pytest.mark.parametrize("image", sorted(declared.images()))
def test_every_image_has_a_short_name_and_a_version(image: str):
    assert re.fullmatch(r"([a-z]+/)?[a-z]+:\d+(\.\d+)*(-[a-z]+)?", image)
