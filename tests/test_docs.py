"""What the documents tell a user to type exists."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from ingestion.background import signing
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
        "QUIRE_LOG",
        "QUIRE_PYTHON",
        "QUIRE_RUN",
        "RQ_REDIS_URL",
        "CHAOS_ROUND",
        "CHAOS_SEED",
        "CHAOS_MINUTES",
        "FORWARDED_ALLOW_IPS",
        "SSL_CERT_FILE",
    }
    assert {name.removesuffix("_FILE") for name in named - others} <= {name.upper() for name in Settings.model_fields}


def anchors(path: Path) -> set[str]:
    """What a link to one of the page's headings may end with."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_to_a_file_and_a_heading():
    for path in DOCUMENTS:
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", path.read_text()):
            file = path.parent / target if target else path
            assert file.exists(), f"{path.name} links to {target}"
            assert not anchor or anchor in anchors(file), f"{path.name} links to {target}#{anchor}"


def test_every_page_is_linked_from_the_readme():
    text = (ROOT / "README.md").read_text()

    assert [path.name for path in DOCUMENTS if path.parent.name == "docs" and f"(docs/{path.name})" not in text] == []


def test_every_file_in_the_readmes_tree_exists():
    text = (ROOT / "README.md").read_text()
    tree = text[text.index("    main.py ") : text.index("\n    deploy/")]
    named = re.findall(r"(?:^|  )([a-z]+(?:\.py|/))", tree, re.MULTILINE)

    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists() and not (ROOT / "ingestion" / name).exists()] == []


def test_the_example_of_a_webhooks_receiver_tells_true_from_false():
    source = re.search(r"```python\n(.+?)```", (ROOT / "docs" / "api.md").read_text(), re.DOTALL)
    assert source
    example: dict[str, Any] = {}
    exec(source[1], example)  # noqa: S102 - our own document
    secret, body, now = "whsec_c2VjcmV0", b'{"event": "test"}', int(time.time())
    fresh, old = (signing.headers(secret, "msg_1", at, body) for at in (now, now - 3600))

    assert example["verified"](secret, fresh, body)
    assert not example["verified"](secret, fresh, body + b" ")
    assert not example["verified"]("whsec_b3RoZXI=", fresh, body)
    assert not example["verified"](secret, old, body)
