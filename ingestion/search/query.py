"""What somebody typed, as a question to the index: "a phrase", either OR or, -without. Whatever it is, it asks something or nothing, and never fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from ingestion.models import NovelSearch
from ingestion.sanitize import storable
from ingestion.search import facets, words
from ingestion.search.words import DENSE

#: What is typed beyond these is not looked at.
LONGEST, MOST_CHUNKS, LONGEST_WORD = 500, 32, 100
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))
_CHUNK = re.compile(r'(-?)"([^"]*)"?|(-?)([^\s"]+)')
_PARSED = text("""
SELECT tongue, CAST(query AS text), querytree(query)
FROM (
    SELECT tongue, websearch_to_tsquery(CAST(tongue AS regconfig), asked) AS query
    FROM unnest(CAST(:tongues AS text[]), CAST(:asked AS text[])) AS given (tongue, asked)
) AS parsed
""")
_LEXEME = re.compile(r"'((?:[^']|'')+)'")
_ONE_CHARACTER = re.compile(f"'([{DENSE}])'")
_NEXT_TO = re.compile(r"<(?:-|\d+)>")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What is looked for, and where: in one novel, at one site (its spider's name), in one language."""

    text: str
    novel_id: int | None = None
    site: str | None = None
    language: str | None = None
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """What stands between two spaces, or in quotation marks."""

    text: str
    unwanted: bool
    quoted: bool

    @property
    def is_or(self) -> bool:
        """Whether it is the word between two things of which one will do."""
        return not self.quoted and self.text == "OR"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """The wish as PostgreSQL's tsqueries, written out, for texts of all languages at once.

    `wider` finds what `exact` does and more, from the index alone: where it is not None, texts must be looked at for what `exact` says of
    the order of their words. `bare` ranks. `lexemes` are what a text shows of it, by the configuration that it is indexed by.
    """

    exact: str
    wider: str | None
    bare: str
    lexemes: dict[str, frozenset[str]]

    def among(self, novel_ids: Sequence[int]) -> Question:
        """The same, of the chapters of these novels alone."""
        these = _either([_quoted(facets.novel(novel_id)) for novel_id in novel_ids])
        wider = None if self.wider is None else f"({self.wider}) & ({these})"
        return replace(self, exact=f"({self.exact}) & ({these})", wider=wider)


def chunks(typed: str) -> list[Chunk]:
    """What was typed, piece by piece."""
    found = _CHUNK.finditer(storable(typed)[:LONGEST].translate(_QUOTES))
    made = (
        Chunk(text=one[2] or one[4] or "", unwanted=bool(one[1] or one[3]), quoted=one[2] is not None) for one in found
    )
    return [one for one in made if one.text.strip()][:MOST_CHUNKS]


def wanted(typed: str) -> str:
    """The words of it that are looked for."""
    return " ".join(one.text for one in chunks(typed) if not one.unwanted and not one.is_or)


def question(session: Session, wish: Wish) -> Question | None:
    """What to ask the index; None where nothing can be looked for: no word, or only such as every text has."""
    parsed = list(_parsed(session, chunks(wish.text)))
    if not parsed:
        return None
    known = {exact for _, exact, _ in parsed}
    narrowed = facets.wished(novel_id=wish.novel_id, site=wish.site, language=wish.language)
    tongues = [facets.tongue(tongue) if len(known) > 1 else None for tongue, _, _ in parsed]
    about = [[*narrowed, *filter(None, [tongue])] for tongue in tongues]
    exact = [_narrowed(query, some) for (_, query, _), some in zip(parsed, about, strict=True)]
    wider = [_narrowed(_NEXT_TO.sub("&", tree), some) for (_, _, tree), some in zip(parsed, about, strict=True)]
    return Question(
        exact=_either(exact),
        wider=_either(wider) if any(_NEXT_TO.search(query) for query in known) else None,
        bare=_either([tree for _, _, tree in parsed]),
        lexemes={tongue: frozenset(_LEXEME.findall(tree)) for tongue, _, tree in parsed},
    )


def _parsed(session: Session, found: Sequence[Chunk]) -> Iterator[tuple[str, str, str]]:
    """For each configuration that texts are indexed by: the query, and what the index can find of it; those alone that ask something."""
    tongues = session.scalars(select(NovelSearch.tongue).distinct().order_by(NovelSearch.tongue)).all()
    asked = [" ".join(filter(None, (_asked(chunk, tongue) for chunk in found))) for tongue in tongues]
    for tongue, query, tree in session.execute(_PARSED, {"tongues": list(tongues), "asked": asked}):
        if tree not in {"", "T"}:
            yield tongue, *(_ONE_CHARACTER.sub(r"'\1':*", one) for one in (query, tree))


def _asked(chunk: Chunk, tongue: str) -> str:
    """The chunk in the syntax of websearch_to_tsquery, with nothing in it but letters."""
    if chunk.is_or:
        return "OR"
    said = " ".join(word[:LONGEST_WORD] for word in words.asked(chunk.text, tongue).split())
    return f'{"-" if chunk.unwanted else ""}"{said}"' if said else ""


def _narrowed(query: str, about: Sequence[str]) -> str:
    return " & ".join([f"({query})", *map(_quoted, about)])


def _quoted(lexeme: str) -> str:
    doubled = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


def _either(queries: Sequence[str]) -> str:
    return " | ".join(f"({query})" for query in dict.fromkeys(queries))
