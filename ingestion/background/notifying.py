"""The task of sending one digest to one address of NOTIFY_URLS, by Apprise: mail, chat, push.

Apprise is imported by the process that sends: it knows a hundred services, and takes a while.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from ingestion import config
from ingestion.background.kinds import Ending
from ingestion.background.outbox import address
from ingestion.errors import NotFound, Unreachable, UnsupportedSite
from ingestion.lease import Lease
from ingestion.status import Happening

WORDS = {
    Happening.JOB_ERROR: ("job failed", "jobs failed"),
    Happening.NEW_CHAPTERS: ("novel has new chapters", "novels have new chapters"),
    Happening.JOB_DONE: ("job is done", "jobs are done"),
}


def run(args: dict[str, Any], _lease: Lease) -> Ending:
    """Send the digest's `lines` to the address `to`. The result is how many there were.

    Raises NotFound when NOTIFY_URLS no longer has the address, UnsupportedSite when Apprise cannot make anything of it, and Unreachable.
    """
    known = {address(url): (place, url) for place, url in enumerate(config.settings().notify_urls, start=1)}
    if args["to"] not in known:
        raise NotFound("the address is no longer in NOTIFY_URLS")
    place, url = known[args["to"]]
    send(url, f"address {place} of NOTIFY_URLS", title=title(args), body=text(args))
    return lambda _: {"lines": len(args["lines"]) + args["more"]}


def send(url: str, named: str, *, title: str, body: str) -> None:
    """Send one message to one address, which is `named` so that no error repeats it. Raises as `run` does."""
    from apprise import Apprise, NotifyFormat
    from apprise.common import OverflowMode

    service = Apprise.instantiate(url)
    if service is None:
        raise UnsupportedSite(f"{named} is none that Apprise knows: see its list of services for how it is written")
    if service.overflow_mode is OverflowMode.UPSTREAM:  # Apprise's default: chats refuse what is too long for them
        service.overflow_mode = OverflowMode.TRUNCATE
    everybody = Apprise()
    everybody.add(service)
    # Said to be text, it is made what the service takes: a title that holds markup steers no mail.
    if not everybody.notify(title=title, body=body, body_format=NotifyFormat.TEXT):
        raise Unreachable(f"{named} took no message; the worker's log has what Apprise says of it")


def title(args: dict[str, Any]) -> str:
    """What happened, counted."""
    counts = Counter(Happening(line["event"]) for line in args["lines"])
    told = [f"{counts[event]} {words[counts[event] > 1]}" for event, words in WORDS.items() if counts[event]]
    return f"Quire: {', '.join(told)}" + (f", and {args['more']} more" if args["more"] else "")


def text(args: dict[str, Any]) -> str:
    """A line for each."""
    more = [f"… and {args['more']} more"] if args["more"] else []
    return "\n".join([*(line["text"] for line in args["lines"]), *more])
