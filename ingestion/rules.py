"""What a file of rules may say: a site, or a theme that many sites share, in some ten CSS selectors and patterns.

The names of a file's keys are the fields of `Rules`; a file that cannot be used is told by its name, its key and the reason. Pure,
and without Scrapy: the API reads rules too, before it makes a job that goes by them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from cssselect import HTMLTranslator, SelectorError

_NAME = re.compile(r"[a-z][a-z0-9_-]{1,40}")
#: Seconds; a longer one would keep the host from every other job.
_LONGEST_PACE = 3600.0
_SELECTORS = (
    *("title", "author", "description", "cover", "tags", "status"),
    *("chapters", "volume", "next_page", "chapters_at"),
    *("content", "remove"),
)
_Errors = type[Exception] | tuple[type[Exception], ...]


class RuleError(ValueError):
    """A file of rules cannot be used; the message names the file, the key and what is wrong with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """One site. `chapters` selects the links of the list, `content` the element that holds a chapter's text.

    `key` and `index` are regular expressions whose first group is a chapter's key in its URL, and the URL of the novel's index in any
    URL of the novel. `pace` is in seconds. A list that shows the newest chapter first is turned round by `newest_first`, however
    many pages it has. An index without the list has it by a form (POST) to `chapters_post`, an address below the index, or on the page
    that the link `chapters_at` leads to. `volume` selects the headings between the links.
    """

    name: str
    domains: list[str]
    chapters: str
    content: str
    title: str | None = None
    author: str | None = None
    description: str | None = None
    cover: str | None = None
    tags: str | None = None
    status: str | None = None
    volume: str | None = None
    next_page: str | None = None
    chapters_at: str | None = None
    chapters_post: str | None = None
    remove: str | None = None
    key: str | None = None
    index: str | None = None
    newest_first: bool = False
    pace: float = 0.0


def read(path: Path) -> Rules:
    """The rules in a file. Raises RuleError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise RuleError(f"{path}: {error}") from None
    return of(text, source=str(path))


def of(text: str, *, source: str) -> Rules:
    """The rules in a text, which errors call `source`. Raises RuleError."""
    try:
        values = tomllib.loads(text)
        _check_keys(source, values)
        for name in _SELECTORS:
            _check(source, name, values.get(name), HTMLTranslator().css_to_xpath, SelectorError)
        for name in ("key", "index"):
            _check(source, name, values.get(name), _compiled, (re.error, OverflowError))
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{source}: {error}") from None
    except RecursionError:
        raise RuleError(f"{source}: it is nested too deeply") from None
    return Rules(**values)


def _check_keys(source: str, values: dict[str, Any]) -> None:
    known = {field.name: field for field in fields(Rules)}
    if unknown := sorted(values.keys() - known.keys()):
        raise RuleError(f"{source}: unknown key {', '.join(unknown)}; there are {', '.join(known)}")
    if missing := [name for name, field in known.items() if field.default is MISSING and name not in values]:
        raise RuleError(f"{source}: {', '.join(missing)} must be given")
    kinds = {"domains": list, "newest_first": bool, "pace": int | float}
    for name, value in values.items():
        if not isinstance(value, kinds.get(name, str)):
            raise RuleError(f"{source}: {name} is {value!r}, which is of the wrong kind")
    if not all(isinstance(domain, str) for domain in values["domains"]):
        raise RuleError(f"{source}: domains ({values['domains']}) must be hosts in quotation marks")
    if not 0 <= values.get("pace", 0) <= _LONGEST_PACE:
        raise RuleError(f"{source}: pace ({values['pace']}) must be between 0 and {_LONGEST_PACE:.0f} seconds")
    if not _NAME.fullmatch(values["name"]):
        raise RuleError(f"{source}: name ({values['name']}) must be a word in small letters")


def _check(source: str, name: str, value: str | None, compile_it: Callable[[str], object], error: _Errors) -> None:
    try:
        compile_it(value) if value is not None else None
    except error as reason:
        raise RuleError(f"{source}: {name} ({value}) cannot be used: {reason}") from None


def _compiled(pattern: str) -> None:
    if not re.compile(pattern).groups:
        raise re.error("it has no group in parentheses")
