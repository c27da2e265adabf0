"""What the files for deployment say, read the same way whatever they are written for: commands, settings, images."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ingestion.system import ROOT

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "docker" / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "docker" / "compose.yaml").read_text())
UNITS = sorted([*DEPLOY.glob("systemd/*.service"), *DEPLOY.glob("systemd/*/*.conf")])
MANIFESTS = sorted(DEPLOY.glob("kubernetes/**/*.yaml"))


def manifests() -> Iterator[dict[str, Any]]:
    for path in MANIFESTS:
        yield from yaml.safe_load_all(path.read_text())


def _inside(value: Any, key: str) -> Iterator[Any]:
    """What stands under `key`, at whatever depth."""
    if isinstance(value, dict):
        yield from (found for name, found in value.items() if name == key)
        yield from (found for one in value.values() for found in _inside(one, key))
    if isinstance(value, list):
        yield from (found for one in value for found in _inside(one, key))


def commands() -> set[tuple[str, ...]]:
    """Each command of ours that anything runs, without its interpreter: ("cli.py", "db", "upgrade")."""
    conf = (DEPLOY / "supervisor" / "supervisord.conf").read_text()
    lines = re.findall(r"^command = (.*)$", conf, re.M)
    lines += [line for path in UNITS for line in re.findall(r"^ExecStart=(.*)$", path.read_text(), re.M)]
    written = [shlex.split(line) for line in lines]
    written += [yaml.safe_load(line) for line in re.findall(r"CMD (\[.*\])$", DOCKERFILE, re.M)]
    written += [words for key in ("command", "test") for words in _inside(COMPOSE, key)]
    written += _inside(list(manifests()), "command")
    return {ours for words in written if (ours := _ours(words))}


def _ours(words: list[str]) -> tuple[str, ...]:
    place = next((n for n, word in enumerate(words) if word.endswith(".py")), len(words))
    return tuple(Path(word).name for word in words[place:])


def settings() -> set[str]:
    """The names that are set in the environment of our programs."""
    found = set(re.findall(r"([A-Z_]+)=", "".join(re.findall(r"^ENV ((?:.*\\\n)*.*)$", DOCKERFILE, re.M))))
    for path in UNITS:
        for line in re.findall(r"^Environment=(.*)$", path.read_text(), re.M):
            found |= {assignment.partition("=")[0] for assignment in line.split()}
    for service in COMPOSE["services"].values():
        if service["image"] == "quire":
            found |= set(service["environment"])
    literals = [line for lines in _inside(list(manifests()), "literals") for line in lines]
    return found | {line.partition("=")[0] for line in literals}


def images() -> set[str]:
    """The images that are made by others."""
    text = DOCKERFILE + (DEPLOY / "docker" / "compose.yaml").read_text()
    named = re.findall(r"^\s*FROM (\S+)|^\s*image: (\S+)", text, re.M) + [
        ("", name) for name in _inside(list(manifests()), "image")
    ]
    return {a or b for a, b in named} - {"quire", "quire-dashboard"}


def context() -> list[Path]:
    """What of the checkout goes into the image."""
    lines = (DEPLOY / "docker" / "Dockerfile.dockerignore").read_text().splitlines()
    return [ROOT / line.removeprefix("!") for line in lines if line.startswith("!")]
