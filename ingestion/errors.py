"""The tree of reasons why a job ends in ERROR. Catch wide or narrow::

    IngestionError
    ├── SiteError              the site would not give what was asked for
    │   ├── NotFound           404 or 410 for the novel itself
    │   ├── Blocked            403, a challenge or advert page, a login wall
    │   │   ├── RateLimited    429, or a Retry-After: too much for now
    │   │   └── Locked         only for those who pay or log in, which is never done: a chapter is counted as missing
    │   ├── RobotsDisallowed   robots.txt forbids it
    │   ├── Unreachable        DNS failure, connection refused or cut, 5xx after all retries
    │   ├── SiteTimeout        the site took longer than its limit
    │   │   └── OutOfTime      one run of the job did
    │   └── TooLarge           more pages or chapters than a job may have, a page too large, too deep or of too many tags
    ├── UnsupportedSite        a page came, but nothing in it looks like a list of chapters
    ├── ParseError             a page is not what it should be: no title, an empty chapter
    ├── ForbiddenAddress       the guard refuses the URL or the address behind it
    ├── Shrunk                 the index lists far fewer chapters than before; nothing was changed
    ├── Moved                  another novel of the library was, or is, read from there; nothing was changed
    ├── Incomplete             saved what there is, but chapters of the index are missing
    ├── Crashed                a fault of ours, or a process that died
    └── Cancelled              a person said so

`kind` is what `job.error_kind` stores; the message becomes `job.error_message`: it names the thing and the value, and
says what the user can do. Which kinds are tried again without being asked for is said in `ingestion.retry`.

The outcomes that are nobody's fault stand apart: `LeaseLost` (another attempt owns the job now: write nothing), `Released`
(this process was asked to stop: put the job back), `Superseded` (another job has saved a newer look at the novel) and
`TooMany` (as much of a kind of work waits as may).
"""

from __future__ import annotations

from typing import ClassVar

from ingestion.visible import shortened, visible

#: Characters of a message: what a site says of itself is quoted in some of them.
LONGEST_MESSAGE = 2000


class IngestionError(Exception):
    """A reason why a job cannot be DONE, told in one sentence that a user can act on.

    `retry_after` is how many seconds the site asked to be left alone (RFC 9110, section 10.2.3), None when it did not.
    Whatever the message quotes, it stays a sentence of some length that can be stored and printed.
    """

    kind: ClassVar[str] = "error"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(shortened(visible(message), LONGEST_MESSAGE))
        self.retry_after = retry_after


class SiteError(IngestionError):
    """The site would not give what was asked for."""

    kind = "site"


class NotFound(SiteError):
    """The novel itself is not there (404, 410)."""

    kind = "not_found"


class Blocked(SiteError):
    """The site answered with a refusal, a challenge, an advert or a login instead of the page."""

    kind = "blocked"


class RateLimited(Blocked):
    """The site says that this is too much for now: 429 (RFC 6585), or an error with Retry-After, after all retries."""


class Locked(Blocked):
    """The site gives the page only to those who pay or log in: its last word, since that is never done here."""

    kind = "locked"


class RobotsDisallowed(SiteError):
    """The site's robots.txt forbids the page to programs."""

    kind = "robots"


class Unreachable(SiteError):
    """No answer: the name does not resolve, the connection fails, or the server only sends errors."""

    kind = "unreachable"


class SiteTimeout(SiteError):
    """The site took longer than its limit."""

    kind = "timeout"


class OutOfTime(SiteTimeout):
    """One run of the job took longer than QUEUE_JOB_TIMEOUT. What it fetched is kept, and the next goes on."""


class TooLarge(SiteError):
    """The site sends more than one job may take."""

    kind = "too_large"


class UnsupportedSite(IngestionError):
    """A page came, but nothing in it looks like a novel's list of chapters."""

    kind = "unsupported_site"


class ParseError(IngestionError):
    """A page is not what it should be: what a spider needs is not on it."""

    kind = "parse"


class ForbiddenAddress(IngestionError):
    """The guard does not let this URL, or the address behind it, be fetched."""

    kind = "forbidden_address"


class Shrunk(IngestionError):
    """The index has lost many of the chapters that it listed: a person says whether the library may follow."""

    kind = "shrunk"


class Moved(IngestionError):
    """The URL is another novel's source, one of today or of before: a person says which novel is meant."""

    kind = "moved"


class Incomplete(IngestionError):
    """What could be had is saved, but chapters that the index lists are not; `kinds` are those of their reasons."""

    kind = "incomplete"

    def __init__(self, message: str, *, kinds: frozenset[str] = frozenset(), retry_after: float | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
        self.kinds = kinds


class Crashed(IngestionError):
    """A fault in this program, or a process that died."""

    kind = "crash"


class Cancelled(IngestionError):
    """A person ended the job. The pages that it fetched stay."""

    kind = "cancelled"


class LeaseLost(Exception):
    """Another attempt owns the job now; this one must leave without writing anything."""


class Released(Exception):
    """This process was asked to stop: the job goes back to QUEUED and its attempt is not counted."""


class TooMany(Exception):
    """As many tasks of a kind are unfinished as may be: whoever asked comes again."""


class Superseded(Exception):
    """Another job has saved the novel from a newer index: this one asks the site again before it saves anything."""
