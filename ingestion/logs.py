"""One log for everything: our own lines and those of Scrapy, RQ, uvicorn and Alembic in one format, through structlog."""

from __future__ import annotations

import logging
import logging.config
import sys
from collections.abc import MutableMapping
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


def configure(process: str, *, stream: TextIO | None = None, level: str | None = None) -> None:
    """Send every log line of this process, named `process`, to `stream` (standard output) in LOG_FORMAT at `level` (LOG_LEVEL)."""
    current = config.settings()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=("job", "site")),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _one_line,
    ]
    handler = logging.StreamHandler(stream or sys.stdout)
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(current.log_format), _redacted]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    logging.basicConfig(handlers=[handler], level=level or current.log_level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)


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


def _renderer(chosen: LogFormat) -> Any:
    if chosen is LogFormat.JSON:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback)
