"""One log for everything: our own lines and those of Scrapy, RQ, uvicorn and Alembic in one format, through structlog.

What a line is about stands in each: the request in the API (of its context, since many are answered at once), worker, job, attempt,
novel and site in a worker and its child (of the process, which does one job: Scrapy's callbacks and threads have other contexts).
"""

from __future__ import annotations

import contextlib
import logging
import logging.config
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any, TextIO

import structlog

from ingestion import config
from ingestion.redaction import redacted
from ingestion.values import LogFormat
from ingestion.visible import visible

#: What these say at INFO is of no use to an operator.
QUIET = (
    "scrapy.middleware",
    "scrapy.crawler",
    "scrapy.addons",
    "scrapy.utils.log",
    "httpx2",
    "trafilatura",
    "htmldate",
    "alembic",
    "rq.worker",
    "apprise",
)
#: `uvicorn main:app` gives these a format of its own before it looks at the application.
UVICORN = ("uvicorn", "uvicorn.access", "uvicorn.error")

_about: dict[str, Any] = {}


def configure(process: str, *, stream: TextIO | None = None, level: str | None = None) -> None:
    """Send every log line of this process, named `process`, to `stream` (standard output) in LOG_FORMAT at `level` (LOG_LEVEL)."""
    current = config.settings()
    stream = stream or sys.stdout
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(form_for(stream), colors=stream.isatty()))
    logging.basicConfig(handlers=[handler], level=level or current.log_level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in UVICORN:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    bind(process=process)


def bind(**facts: Any) -> None:
    """Let every line of this process say so from now on, and of the children that it forks."""
    _about.update(facts)


@contextlib.contextmanager
def about(**facts: Any) -> Iterator[None]:
    """The same until the block ends; what is bound in the block ends with it."""
    before = dict(_about)
    bind(**facts)
    try:
        yield
    finally:
        _about.clear()
        bind(**before)


def form_for(stream: TextIO) -> LogFormat:
    """LOG_FORMAT; where it leaves that open, to be read where somebody reads at a terminal, JSON for a program elsewhere."""
    chosen = config.settings().log_format
    if chosen is LogFormat.AUTO:
        return LogFormat.CONSOLE if stream.isatty() else LogFormat.JSON
    return chosen


def formatter(form: LogFormat, *, colors: bool = False) -> logging.Formatter:
    """What makes a line of a record, ours or another library's, without the passwords that may be in it."""
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form, colors=colors), _redacted]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_shared(), processors=last)


def job_of(record: logging.LogRecord) -> int | None:
    """The job that a line is about, as it says itself or as this process does; None where it is about none."""
    told = record.msg if isinstance(record.msg, dict) else _about
    job: int | None = told.get("job")
    return job


def readable(event: dict[str, Any]) -> str:
    """A line of JSON as it would be at a terminal."""
    return str(_renderer(LogFormat.CONSOLE, colors=False)(None, "", dict(event)))


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        _with_what_it_is_about,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=("job", "site")),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _one_line,
    ]


def _with_what_it_is_about(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in _about.items():
        event.setdefault(name, value)
    return event


def _redacted(_logger: Any, _method: str, line: Any) -> str:
    return redacted(line)


def _one_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Whatever a site or a user called something, a line is one line and steers no terminal; those of a traceback are set in."""
    traceback = event.pop("exception", None)
    shown: MutableMapping[str, Any] = _shown(event)
    if traceback is not None:
        shown["exception"] = visible(str(traceback), keep="\n\t").replace("\n", "\n    ")
    return shown


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {_shown(name): _shown(one) for name, one in value.items()}
    return [_shown(one) for one in value] if isinstance(value, list | tuple) else value


def _renderer(form: LogFormat, *, colors: bool) -> Any:
    if form is LogFormat.JSON:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
