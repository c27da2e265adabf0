"""Every setting, with its unit and default, by what it is about; those of the servers are in `servers`. All are optional; `.env.example` says the same for operators."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, DirectoryPath, Field, field_validator

from ingestion.quiet import Quiet
from ingestion.status import Happening
from ingestion.values import (
    Addresses,
    Aliases,
    Happenings,
    Hosts,
    LogFormat,
    Names,
    Networks,
    Paces,
    Ports,
    Tokens,
)

#: Further back, dates end: Python's, and after them PostgreSQL's.
CENTURY_DAYS = 36_500


class Api(BaseModel):
    """Who may ask, and how much."""

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
    #: Posts to /ingest and /import that each token (without tokens: each address) may make in a minute. 0 switches the limit off.
    ingest_rate: int = Field(default=60, ge=0)
    #: Bytes that the body of a request may have, and an EPUB that is sent to be imported.
    max_body_bytes: int = Field(default=65_536, ge=1024)
    max_import_bytes: int = Field(default=50_000_000, ge=1024)


class Working(BaseModel):
    """How jobs are worked on, and tried again."""

    #: Worker processes that `cli.py up` runs.
    workers: int = Field(default=2, ge=1, le=64)
    #: Jobs of one host that may run at once. The others wait in the queue, and workers do those of other hosts.
    jobs_per_host: int = Field(default=1, ge=1, le=64)
    #: Seconds that an attempt keeps its job without a sign of progress, and between two looks for stranded jobs.
    lease_seconds: float = Field(default=60.0, ge=1, le=3600)
    recovery_seconds: float = Field(default=60.0, ge=1, le=3600)
    #: Attempts that a job may spend before it is given up.
    max_attempts: int = Field(default=5, ge=1, le=1000)
    #: Seconds before a failed job's second attempt; doubled for each one after it, up to the second number.
    retry_seconds: float = Field(default=30.0, ge=0, le=86_400)
    retry_max_seconds: float = Field(default=3600.0, ge=0, le=604_800)
    #: Seconds that one run of a job may take.
    queue_job_timeout: int = Field(default=3600, ge=10)
    #: Seconds that a bell may wait in Redis. One that has waited longer is passed over, and recovery rings again for its job.
    queue_job_ttl: int = Field(default=86_400, ge=60)
    #: Seconds that RQ's tools show how a bell was answered: done, or failed by a fault.
    result_ttl: int = Field(default=86_400, ge=0)
    failure_ttl: int = Field(default=86_400, ge=0)
    #: Megabytes of memory that one run of a job may take (Linux). 0 switches the limit off.
    max_job_memory: int = Field(default=2048, ge=0)
    #: For tests of this program itself: the point (see crashpoints.py) at which a process kills itself.
    crash_at: str | None = None


class Following(BaseModel):
    """When followed novels are looked at."""

    #: Hours of each day in which no update job is made, and their time zone (UTC if none is named): 23:00-07:00 Europe/Berlin.
    follow_quiet_hours: str | None = None

    @field_validator("follow_quiet_hours")
    @classmethod
    def _hours(cls, value: str | None) -> str | None:
        return value if value is None or Quiet.of(value) else None


class Politeness(BaseModel):
    """What is fetched, by whom, and how fast."""

    #: Seconds between two requests to one host, shared by all workers. 0 switches it off.
    pace_seconds: float = Field(default=1.0, ge=0, le=3600)
    #: The same for single hosts, or for all hosts of a spider: HOST[:PORT]=SECONDS or SPIDER=SECONDS, divided by commas.
    site_pace: Paces = Field(default_factory=dict)
    #: Networks and names of hosts that may be fetched from beside the public internet: 127.0.0.0/8, mirror.lan.
    allowed_networks: Networks = ()
    allowed_hosts: Hosts = ()
    #: Ports of the public internet that may be fetched from; of what the two settings above allow, any port may.
    allowed_ports: Ports = (80, 443, 8080, 8443)
    #: Who the crawler says it is. Put a way to reach you in it.
    user_agent: str = "quire/0.1 (self-hosted novel archive)"
    #: Seconds until a page that does not come is given up.
    download_timeout: float = Field(default=30.0, ge=1, le=600)
    #: How often a page is asked for again after a transient error; seconds before the first time, doubled for each one after it.
    page_retries: int = Field(default=3, ge=0, le=10)
    page_retry_seconds: float = Field(default=1.0, ge=0, le=60)


class Reading(BaseModel):
    """How pages are read."""

    #: Hosts that a spider serves beside its own: mirrors, renamed sites. HOST[:PORT]=SPIDER, divided by commas.
    site_aliases: Aliases = Field(default_factory=dict)
    #: Folder of spiders as data: a TOML file of selectors for each site (see CONTRIBUTING.md), looked into before each job.
    spiders_dir: DirectoryPath | None = None
    #: Spiders that are off by themselves (`cli.py spiders` says why) and that the operator wants all the same, divided by commas.
    spiders_on: Names = ()
    #: Whether sites that only ask for the reader's age are told that the readers are adults.
    adult_pages: bool = False
    #: Keep text that a page's own CSS hides from readers: sites put sentences against copying there.
    keep_hidden: bool = False
    #: Part of a novel's chapters that its index may stop listing at once; more, and a person is asked. 1: never.
    max_shrink: float = Field(default=0.3, ge=0, le=1)
    #: Pages that one job may fetch, and chapters that its novel may have.
    max_pages: int = Field(default=20_000, ge=1)
    max_chapters: int = Field(default=20_000, ge=1)
    #: Redirects that may lead to a page, and how deep its elements may be nested (browsers stop at as many).
    max_redirects: int = Field(default=10, ge=0, le=100)
    max_page_depth: int = Field(default=512, ge=16, le=512)
    #: Bytes that one page may have, unpacked, and tags, those that close an element included.
    max_page_bytes: int = Field(default=20_000_000, ge=1024)
    max_page_tags: int = Field(default=500_000, ge=100)


class Pictures(BaseModel):
    """A novel's pictures."""

    #: Whether a novel's pictures are fetched: its cover, and those in its chapters.
    pictures: bool = True
    #: Where they are kept: a folder, or s3://BUCKET/PREFIX. Unset: the folder pictures in DATA_DIR.
    pictures_store: str | None = Field(default=None, pattern=r"^(s3://[^/].*|[./].*|[^:]*)$")
    #: Pictures that one novel may have, and bytes that one picture may.
    max_pictures: int = Field(default=1000, ge=0)
    max_picture_bytes: int = Field(default=10_000_000, ge=1024)


class Exports(BaseModel):
    """Books made of novels."""

    #: Folder in which they are kept; API and workers share it. Unset: the folder exports in DATA_DIR.
    exports_dir: Path | None = None


class Searching(BaseModel):
    """What the library is searched by."""

    #: Whether the library is indexed for the search, a novel whenever it was saved: some 10 KB of disk a chapter.
    search: bool = True


class Notices(BaseModel):
    """Whom to tell of what."""

    #: Addresses of people, as Apprise writes them (mailtos://…, ntfys://…), divided by spaces or lines. They are secrets.
    notify_urls: Addresses = ()
    #: What they are told of, divided by commas: job.error, job.done, chapters.new.
    notify_on: Happenings = (Happening.JOB_ERROR, Happening.NEW_CHAPTERS)
    #: Seconds for which things are gathered before a message leaves with all of them. 0: each by itself, for the most part.
    notify_wait: float = Field(default=300.0, ge=0, le=86_400)


class Keeping(BaseModel):
    """For how many days `cli.py prune` keeps what is over. 0: for ever."""

    #: Jobs that are DONE, and are not the newest of their novel; jobs in ERROR, which a person may want to retry; dry runs.
    keep_jobs_days: int = Field(default=90, ge=0, le=CENTURY_DAYS)
    keep_errors_days: int = Field(default=365, ge=0, le=CENTURY_DAYS)
    keep_dry_runs_days: int = Field(default=7, ge=0, le=CENTURY_DAYS)
    #: The events of jobs that are DONE and stay.
    keep_events_days: int = Field(default=90, ge=0, le=CENTURY_DAYS)
    #: Pages since they were last fetched or confirmed. What is gone is fetched again, by the next job or after a spider was mended.
    keep_pages_days: int = Field(default=0, ge=0, le=CENTURY_DAYS)
    #: Tokens since they were revoked.
    keep_tokens_days: int = Field(default=90, ge=0, le=CENTURY_DAYS)
    #: Books since they were made. What is gone is made again when it is asked for.
    keep_exports_days: int = Field(default=7, ge=0, le=CENTURY_DAYS)


class Logging(BaseModel):
    """What is told, and how."""

    log_level: str = "INFO"
    #: console (to read), json (one object a line), or auto: console at a terminal, json elsewhere.
    log_format: LogFormat = LogFormat.AUTO

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
            raise ValueError("expected DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return value.upper()
