"""What the documents tell a user to type exists."""

from __future__ import annotations

import re

import pytest

from ingestion.config import Settings
from ingestion.system import ROOT
from tests.commandline import run

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands() -> list[str]:
    text = "\n".join(path.read_text() for path in DOCUMENTS)
    return sorted(set(re.findall(r"cli\.py ((?:db|spider|token|webhook) [a-z]+|[a-z][a-z-]+)", text)))


@pytest.mark.parametrize("command", commands())
def test_every_command_in_the_documents_has_a_help_text_with_an_example(command: str):
    result = run(*command.split(), "--help")

    assert result.exit_code == 0, result.output
    assert "Example:" in result.output


def test_every_make_target_in_the_documents_exists():
    text = "\n".join(path.read_text() for path in DOCUMENTS)
    targets = set(re.findall(r"^    make ([a-z]+)|`make ([a-z]+)", text, re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text()

    assert all(re.search(rf"^{a or b}:", makefile, re.MULTILINE) for a, b in targets)


def test_every_setting_in_the_documents_is_one():
    text = "\n".join(path.read_text() for path in DOCUMENTS)
    named = set(re.findall(r"`((?!AWS_)[A-Z]+(?:_[A-Z]+)+)[`=]", text))

    others = {
        "NAME_FILE",
        "QUIRE_PYTHON",
        "RQ_REDIS_URL",
        "CHAOS_ROUND",
        "CHAOS_SEED",
        "CHAOS_MINUTES",
        "FORWARDED_ALLOW_IPS",
        "SSL_CERT_FILE",
    }
    assert {name.removesuffix("_FILE") for name in named - others} <= {name.upper() for name in Settings.model_fields}


def test_every_linked_file_exists():
    for path in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"
