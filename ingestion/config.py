"""Settings: the only reader of the environment and of `.env`. A bad or unknown value fails at start, by its name.

Any setting may stand in a file instead (a secret that an orchestrator mounts): NAME_FILE names the file.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingestion import options, servers

ENV_FILE = Path(".env")
#: Names that other programs read from the environment or the same `.env`; they are not ours to judge.
FOREIGN_PREFIXES = ("PG", "RQ_", "PYTHON", "SCRAPY_", "COMPOSE_", "DOCKER_", "UVICORN_", "OBJC_", "LC_")
#: Names near to ours that platforms set for other programs.
NO_SLIPS = {"DATABASE_URI", "REDIS_URI", "WORKER"}


class ConfigError(Exception):
    """A setting is unknown or its value cannot be used. The message names each one."""


class Settings(
    servers.Servers,
    options.Api,
    options.Working,
    options.Following,
    options.Politeness,
    options.Reading,
    options.Pictures,
    options.Exports,
    options.Searching,
    options.Notices,
    options.Keeping,
    options.Logging,
    BaseSettings,
):
    """Every setting of this process."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="forbid")


@cache
def settings() -> Settings:
    """The settings of this process, read once. Raises ConfigError, naming each setting that is wrong."""
    _refuse_unknown_names()
    try:
        values: dict[str, Any] = {name.lower(): value for name, value in _given().items()}
        return Settings(**values)
    except ValidationError as error:
        raise ConfigError("; ".join(map(_told, error.errors()))) from None


def under_supervisor() -> bool:
    """Whether supervisor started this process (it says so in the environment of its children)."""
    return "SUPERVISOR_ENABLED" in os.environ


def supervisor_pidfile() -> Path | None:
    """Where the supervisor that runs by deploy/supervisor/supervisord.conf wrote its process id down."""
    run = os.environ.get("QUIRE_RUN")
    return Path(run) / "supervisord.pid" if run and under_supervisor() else None


def notify_socket() -> str | None:
    """The Unix socket at which systemd listens for news of this process, if it does; an abstract one begins with NUL."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    return address.replace("@", "\0", 1) if address.startswith("@") else address or None


def watchdog_seconds() -> float:
    """Seconds of silence after which systemd ends this process; infinity where it does not watch."""
    return float(os.environ.get("WATCHDOG_USEC", "inf")) / 1e6


def environment_of(current: Settings) -> dict[str, str]:
    """The environment that gives a child process these settings: in place of the files that they were read from, too."""
    values = current.model_dump(mode="json", exclude_none=True)
    named = {name.upper(): _as_text(value) for name, value in values.items() if value not in ([], {})}
    return named | {f"{name}_FILE": "" for name in named if f"{name}_FILE" in os.environ}


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    if isinstance(value, dict):
        return ",".join(f"{key}={item}" for key, item in value.items())
    return str(value)


def _told(error: ErrorDetails) -> str:
    name = ".".join(map(str, error["loc"])).upper()
    if not name:  # what several settings say together, whose message names them
        return error["msg"]
    return _without_secrets(f"{name}: {error['msg']} (got {error['input']!r})")


def _without_secrets(line: str) -> str:
    return line.partition(" (got ")[0] if any(word in line for word in ("_URL", "TOKENS", "PASSWORD")) else line


def _given() -> dict[str, str]:
    """What is set: by `.env`, and over it by the environment; there and here by a value or by a file that holds it."""
    return dict(_values(_from_file())) | dict(_values(os.environ))


def _values(source: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in map(str.upper, Settings.model_fields):
        value, path = source.get(name), source.get(f"{name}_FILE")
        if value and path:
            raise ConfigError(f"{name} and {name}_FILE are both set; remove one of them")
        if value or path:
            yield name, value or _read(f"{name}_FILE", Path(path or ""))


def _read(name: str, path: Path) -> str:
    try:
        value = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}: {path} cannot be read: {error}") from None
    if not value:
        raise ConfigError(f"{name}: {path} is empty")
    return value


def _from_file() -> dict[str, str]:
    """What `.env` sets of ours."""
    values = dotenv_values(ENV_FILE) if ENV_FILE.is_file() else {}
    return {name.upper(): value for name, value in values.items() if value and not name.startswith(FOREIGN_PREFIXES)}


def _refuse_unknown_names() -> None:
    """A name in `.env` that is no setting, and one in the environment that looks like a slip of one, is an error."""
    known = {name.upper() + ending for name in Settings.model_fields for ending in ("", "_FILE")}
    unknown = [name for name in _from_file() if name not in known]
    ours = [n for n in os.environ if n.isupper() and not n.startswith(FOREIGN_PREFIXES)]
    slips = [n for n in ours if n not in known | NO_SLIPS and _slip_of(n, known)]
    if names := unknown + slips:
        hints = [f"{n} (did you mean {hint}?)" if (hint := _slip_of(n, known)) else n for n in names]
        raise ConfigError(f"unknown setting: {', '.join(hints)}; .env.example lists every setting")


def _slip_of(name: str, known: set[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.85)), None)
