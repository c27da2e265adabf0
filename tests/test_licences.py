"""What is installed by default is under licences that MIT can use: no GPL, no AGPL. Also a part of ``make audit``."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import pytest

from ingestion.system import ROOT


def licence(package: Distribution) -> str:
    """What the package says of its licence: an SPDX expression, or classifiers, or some text."""
    metadata = package.metadata
    classifiers = [line for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    return metadata.get("License-Expression") or "; ".join(classifiers) or (metadata.get("License") or "").strip()


def is_usable(told: str) -> bool:
    """Whether the licence, or one of those that it leaves the choice of, is neither GPL nor AGPL.

    The LGPL is usable: psycopg2 is under it, and is used as the library that it is.
    """
    copyleft = re.compile(r"\bA?GPL|Affero|(?<!Lesser )General Public License", re.IGNORECASE)
    lesser = re.compile(r"Library or Lesser General Public License", re.IGNORECASE)
    return any(bool(choice.strip()) and not copyleft.search(lesser.sub("", choice)) for choice in told.split(" OR "))


@pytest.mark.parametrize(
    ("told", "usable"),
    [
        ("MIT", True),
        ("LGPL-3.0-or-later", True),
        ("License :: OSI Approved :: GNU Library or Lesser General Public License (LGPL)", True),
        ("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("MIT AND GPL-2.0-only", False),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", False),
        ("License :: OSI Approved :: GNU Affero General Public License v3", False),
        ("", False),
    ],
)
def test_a_licence_is_judged_by_its_words(told: str, usable: bool):
    assert is_usable(told) is usable


def test_everything_in_the_lock_is_under_a_licence_that_can_be_used():
    names = re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    here = {}
    for name in names:
        try:
            here[name] = licence(distribution(name))
        except PackageNotFoundError:
            continue  # for another system or Python, which audits it itself

    assert {name: told for name, told in here.items() if not is_usable(told)} == {}
    assert len(here) > 80
