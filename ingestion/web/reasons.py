"""Why jobs stop, in plain words: what each kind of error means, and what helps."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.errors import (
    Blocked,
    Cancelled,
    Crashed,
    ForbiddenAddress,
    Incomplete,
    IngestionError,
    Locked,
    Moved,
    NotFound,
    ParseError,
    RobotsDisallowed,
    Shrunk,
    SiteError,
    SiteTimeout,
    TooLarge,
    Unreachable,
    UnsupportedSite,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """A kind of error: in a few words, and what a reader can do about it."""

    kind: str
    told: str
    cure: str


def _reason(error: type[IngestionError], told: str, cure: str) -> Reason:
    return Reason(kind=error.kind, told=told, cure=cure)


_KNOWN = (
    _reason(NotFound, "The site has no such page", "Look at the address in your browser: the novel may have moved."),
    _reason(
        Blocked,
        "The site refused",
        "It sent a refusal, a check of who asks, or a login, and none of them is ever got around. Try again in some hours.",
    ),
    _reason(Locked, "Only for those who pay or log in", "The site keeps it for them. Nothing helps here."),
    _reason(
        RobotsDisallowed, "The site asks programs to stay away", "Its robots.txt forbids the page, and that is obeyed."
    ),
    _reason(
        Unreachable, "The site does not answer", "Look whether it opens in your browser, and try again when it does."
    ),
    _reason(SiteTimeout, "It took too long", "What was fetched is kept. Try again, and it goes on from there."),
    _reason(
        TooLarge,
        "More than one job may take",
        "Whoever runs this library can raise the limit that the message names, then try again.",
    ),
    _reason(SiteError, "The site would not give the page", "Look at it in your browser, and try again later."),
    _reason(
        UnsupportedSite,
        "This does not look like a novel",
        "Give the page that lists the chapters. If it was that one, the site needs a spider of its own.",
    ),
    _reason(
        ParseError,
        "The pages could not be read",
        "The site has changed, most likely. Once its spider is mended, try again: the pages are kept.",
    ),
    _reason(
        ForbiddenAddress, "This address is not fetched", "Only public addresses are, unless a setting allows more."
    ),
    _reason(
        Shrunk,
        "The site lists far fewer chapters than before",
        "Nothing was changed. Look at the site: if they are gone, let the library follow. What you have stays readable.",
    ),
    _reason(
        Moved,
        "Another novel is read from there",
        "Nothing was changed. Whoever runs this library says which novel is meant, with python cli.py relocate.",
    ),
    _reason(
        Incomplete, "Some chapters are missing", "The others are saved. Another try asks for the missing ones alone."
    ),
    _reason(Crashed, "Something broke here", "Try again. If it breaks again, the job's log says more."),
    _reason(Cancelled, "Cancelled", "Its pages are kept. Another try goes on from them."),
)
KNOWN = {reason.kind: reason for reason in _KNOWN}


def of(kind: str | None) -> Reason:
    """What the kind means; of one that another version of this program wrote, no more than its name."""
    told = Reason(kind=kind or "", told=f"It stopped ({kind})", cure="The message says why. Try again.")
    return KNOWN.get(kind or "", told)
