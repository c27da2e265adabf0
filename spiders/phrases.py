"""The words by which links in many languages say where they lead: on, back, to the contents, to older entries."""

from __future__ import annotations

import re


def _words(*choices: str) -> re.Pattern[str]:
    """The whole of a link's words, whatever arrows and dashes stand around them."""
    return re.compile(rf"[\W_]*({'|'.join(choices)})[\W_]*", re.IGNORECASE)


_NEXT = (
    "next( (chapter|page|part|episode|post))?|continue reading|forward|siguiente( cap[ií]tulo)?|cap[ií]tulo siguiente",
    "suivante?( ?chapitre)?|chapitre suivant|nächste(s|r)?( kapitel)?|weiter|próximo( cap[ií]tulo)?",
    "следующая( глава)?|далее|вперёд|次へ|次の話|次話|次のページ|下一章|下一页|下一頁|下一节|다음( ?화)?",
)
_PREVIOUS = (
    "prev(ious)?( (chapter|page|part|episode|post))?|back|(cap[ií]tulo )?anterior|précédente?|vorherige(s|r)?( kapitel)?",
    "zurück|предыдущая( глава)?|назад|前へ|前の話|前話|前のページ|上一章|上一页|上一頁|上一节|이전( ?화)?",
)
NEXT = re.compile(rf"{_words(*_NEXT).pattern}|[→»›]+|>{{1,2}}", re.IGNORECASE)
PREVIOUS = re.compile(rf"{_words(*_PREVIOUS).pattern}|[←«‹]+|<{{1,2}}", re.IGNORECASE)
CONTENTS = _words(
    "(table of )?contents|toc|(chapter )?index|all chapters|chapter list|índice|sommaire|table des matières",
    "inhalt(sverzeichnis)?|оглавление|содержание|目次|目录|目錄|返回目录|章节目录|목차",
)
_ENTRIES = "( (posts?|entries|chapters?|articles?|updates?))?"
OLDER = _words(
    f"older{_ENTRIES}", "ältere beiträge", "entradas (más )?antiguas", "более старые( записи)?", "以前の投稿"
)
NEWER = _words(f"newer{_ENTRIES}", "neuere beiträge", "entradas (más )?(recientes|nuevas)", "新しい投稿")
FIRST = _words(
    "first( (page|chapter|episode|part))?",
    "最初(の話)?",
    "首页|第一页|第一章",
    "первая( глава)?",
    "erste",
    "primera?",
    "premier(e|ère)?",
)
LAST = _words(
    "(last|latest)( (page|chapter|episode|part))?",
    "最後|最新話?",
    "尾页|末页|最新章节",
    "последняя( глава)?",
    "letzte",
    "últim[ao]",
)
# A link to the chapter before or after, by that one's name.
_TITLED = re.compile(
    rf"({'|'.join((*_NEXT, *_PREVIOUS))})\s*[:：–—-]\s*\S.{{0,120}}|[←«‹]\s*\S.{{0,120}}|\S.{{0,120}}[→»›]",
    re.IGNORECASE,
)


def leads_around(words: str) -> bool:
    """Whether a link's words lead around in a novel instead of naming a chapter."""
    return any(pattern.fullmatch(words) for pattern in (NEXT, PREVIOUS, CONTENTS, OLDER, NEWER, FIRST, LAST))


def names_a_neighbour(words: str) -> bool:
    """Whether a link beside a text names the chapter before or after it: "Next: The Arrival", "← The Arrival"."""
    return bool(_TITLED.fullmatch(words))
