"""How sure the generic spider is that a page leads to a novel, from 0 to 1, and in words what it missed where that is not enough."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.errors import UnsupportedSite

#: Below this a page is not read as a novel. A list of two chapters on a page with a title comes to 0.7, a chain to 0.5.
ENOUGH = 0.4
_CHAIN = 0.5
#: How much less sure a page without a title of the novel's is.
_UNTITLED = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """What a page has of a novel: how many links its list of chapters holds and what share of them reads like a sequence (0 to 1);
    whether a link leads on or back; whether it names a title; whether it holds a text."""

    links: int = 0
    sequence: float = 0.0
    leads_on: bool = False
    titled: bool = False
    text: bool = False

    @property
    def confidence(self) -> float:
        """How sure that makes us."""
        listed = self.sequence * min(1.0, 0.5 + self.links / 10)
        chained = _CHAIN if self.leads_on and self.text else 0.0
        return round(max(listed, chained) * (1.0 if self.titled else _UNTITLED), 2)

    def require(self, url: str) -> None:
        """Raise UnsupportedSite, with what is missing on the page at `url`, unless we are sure enough."""
        if self.confidence < ENOUGH:
            raise UnsupportedSite(
                f"{url} is not read as a novel (confidence {self.confidence:g}, {ENOUGH:g} is needed): {'; '.join(self._missing())}. "
                "Post the URL of the novel's table of contents, or of its first chapter"
            )

    def _missing(self) -> list[str]:
        missing = []
        if not self.links:
            missing.append("nothing on it looks like a list of chapters")
        elif self.sequence < 1:
            numbered = round(self.sequence * self.links)
            missing.append(
                f"of the {self.links} links that may be chapters, {numbered} carry a number or a word such as chapter"
            )
        if not self.leads_on:
            missing.append("no link leads to a next chapter")
        if not self.titled:
            missing.append("no title is named")
        if not self.links and not self.text:
            missing.append("it holds no text that looks like a chapter")
        return missing
