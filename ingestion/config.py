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
from pydantic import DirectoryPath, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingestion.values import Aliases, Hosts, LogFormat, Names, Networks, Paces, Ports, Tokens, with_a_port

ENV_FILE = Path(".env")
#: Names that other programs read from the environment or the same `.env`; they are not ours to judge.
FOREIGN_PREFIXES = ("PG", "RQ_", "PYTHON", "SCRAPY_", "COMPOSE_", "DOCKER_", "UVICORN_", "OBJC_", "LC_")
#: Names near to ours that platforms set for other programs.
NO_SLIPS = {"DATABASE_URI", "REDIS_URI", "WORKER"}


class ConfigError(Exception):
    """A setting is unknown or its value cannot be used. The message names each one."""


class Settings(BaseSettings):
    """Every setting, with its unit and default. All are optional; `.env.example` says the same for operators."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="forbid")

    #: SQLAlchemy or libpq URL. Unset: the embedded PostgreSQL that `cli.py up` keeps in DATA_DIR.
    database_url: str | None = None
    #: redis://, rediss:// or unix:// URL. Unset: the embedded Valkey that `cli.py up` keeps in DATA_DIR.
    redis_url: str | None = None
    #: Folder of the embedded servers' data.
    data_dir: Path = Path("data")
    #: Address and port that the API listens on.
    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8000, ge=1, le=65535)
    #: Tokens beside those that `cli.py token` makes: NAME:SCOPE:SHA256, divided by commas; SCOPE is read or write.
    api_tokens: Tokens = ()
    #: Whether whoever reaches the API may use it without a token: because something in front of it asks who comes.
    api_open: bool = False
    #: Names that an API without tokens may be called by, beside addresses, localhost and API_HOST.
    api_hostnames: Names = ()
    #: Origins of web pages that may use the API from a browser, e.g. https://reader.example.org.
    cors_origins: Names = ()
    #: Posts to /ingest that each token (without tokens: each address) may make in a minute. 0 switches the limit off.
    ingest_rate: int = Field(default=60, ge=0)
    #: Bytes that the body of a request may have.
    max_body_bytes: int = Field(default=65_536, ge=1024)
    #: Worker processes that `cli.py up` runs.
    workers: int = Field(default=2, ge=1, le=64)
    #: Seconds between two requests to one host, shared by all workers. 0 switches it off.
    pace_seconds: float = Field(default=1.0, ge=0, le=3600)
    #: The same for single hosts, or for all hosts of a spider: HOST[:PORT]=SECONDS or SPIDER=SECONDS, divided by commas.
    site_pace: Paces = Field(default_factory=dict)
    #: Jobs of one host that may run at once. The others wait in the queue, and workers do those of other hosts.
    jobs_per_host: int = Field(default=1, ge=1, le=64)
    #: Networks and names of hosts that may be fetched from beside the public internet: 127.0.0.0/8, mirror.lan.
    allowed_networks: Networks = ()
    allowed_hosts: Hosts = ()
    #: Ports of the public internet that may be fetched from; of what the two settings above allow, any port may.
    allowed_ports: Ports = (80, 443, 8080, 8443)
    #: Who the crawler says it is. Put a way to reach you in it.
    user_agent: str = "quire/0.1 (self-hosted novel archive)"
    #: Hosts that a spider serves beside its own: mirrors, renamed sites. HOST[:PORT]=SPIDER, divided by commas.
    site_aliases: Aliases = Field(default_factory=dict)
    #: Folder of spiders as data: a TOML file of selectors for each site (see CONTRIBUTING.md), looked into before each job.
    spiders_dir: DirectoryPath | None = None
    #: Spiders that are off by themselves (`cli.py spiders` says why) and that the operator wants all the same, divided by commas.
    spiders_on: Names = ()
    #: Whether sites that only ask for the reader's age are told that the readers are adults.
    adult_pages: bool = False
    #: Seconds that an attempt keeps its job without a sign of progress, and between two looks for stranded jobs.
    lease_seconds: float = Field(default=60.0, ge=1, le=3600)
    recovery_seconds: float = Field(default=60.0, ge=1, le=3600)
    #: Keep text that a page's own CSS hides from readers: sites put sentences against copying there.
    keep_hidden: bool = False
    #: Part of a novel's chapters that its index may stop listing at once; more, and a person is asked. 1: never.
    max_shrink: float = Field(default=0.3, ge=0, le=1)
    #: Attempts that a job may spend before it is given up.
    max_attempts: int = Field(default=5, ge=1, le=1000)
    #: Seconds before a failed job's second attempt; doubled for each one after it, up to the second number.
    retry_seconds: float = Field(default=30.0, ge=0, le=86_400)
    retry_max_seconds: float = Field(default=3600.0, ge=0, le=604_800)
    #: Seconds that one run of a job may take.
    queue_job_timeout: int = Field(default=3600, ge=10)
    #: Megabytes of memory that one run of a job may take (Linux). 0 switches the limit off.
    max_job_memory: int = Field(default=2048, ge=0)
    #: Seconds until a page that does not come is given up.
    download_timeout: float = Field(default=30.0, ge=1, le=600)
    #: How often a page is asked for again after a transient error; seconds before the first time, doubled for each one after it.
    page_retries: int = Field(default=3, ge=0, le=10)
    page_retry_seconds: float = Field(default=1.0, ge=0, le=60)
    #: Pages that one job may fetch, and chapters that its novel may have.
    max_pages: int = Field(default=20_000, ge=1)
    max_chapters: int = Field(default=20_000, ge=1)
    #: Redirects that may lead to a page, and how deep its elements may be nested (browsers stop at as many).
    max_redirects: int = Field(default=10, ge=0, le=100)
    max_page_depth: int = Field(default=512, ge=16, le=512)
    #: Bytes that one page may have, unpacked, and tags, those that close an element included.
    max_page_bytes: int = Field(default=20_000_000, ge=1024)
    max_page_tags: int = Field(default=500_000, ge=100)
    #: Whether a novel's pictures are fetched: its cover, and those in its chapters.
    pictures: bool = True
    #: Where they are kept: a folder, or s3://BUCKET/PREFIX. Unset: the folder pictures in DATA_DIR.
    pictures_store: str | None = Field(default=None, pattern=r"^(s3://[^/].*|[./].*|[^:]*)$")
    #: Pictures that one novel may have, and bytes that one picture may.
    max_pictures: int = Field(default=1000, ge=0)
    max_picture_bytes: int = Field(default=10_000_000, ge=1024)
    #: For tests of this program itself: the point (see crashpoints.py) at which a process kills itself.
    crash_at: str | None = None
    log_level: str = "INFO"
    log_format: LogFormat = LogFormat.CONSOLE

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
            raise ValueError("expected DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return value.upper()

    @field_validator("redis_url")
    @classmethod
    def _redis_scheme(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("expected redis://, rediss:// or unix://")
        return value and with_a_port(value)

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, rest = value.partition("://")[::2]
        if scheme not in {"postgresql", "postgres", "postgresql+psycopg2"}:
            raise ValueError("expected postgresql://user:password@host:port/database")
        return with_a_port(f"postgresql+psycopg2://{rest}")


@cache
def settings() -> Settings:
    """The settings of this process, read once. Raises ConfigError, naming each setting that is wrong."""
    _refuse_unknown_names()
    try:
        values: dict[str, Any] = {name.lower(): value for name, value in _given().items()}
        return Settings(**values)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']} (got {e['input']!r})" for e in error.errors()]
        raise ConfigError("; ".join(_without_secrets(line) for line in lines)) from None


def under_supervisor() -> bool:
    """Whether supervisor started this process (it says so in the environment of its children)."""
    return "SUPERVISOR_ENABLED" in os.environ


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


def _without_secrets(line: str) -> str:
    return line.partition(" (got ")[0] if "_URL" in line or "TOKENS" in line else line


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
