"""The words by which links in many languages say where they lead: on, back, to the contents."""

from __future__ import annotations

import re

NEXT = re.compile(
    r"[\W_]*(next( (chapter|page|part|episode|post))?|continue reading|forward|siguiente( cap[ií]tulo)?|suivante?( ?chapitre)?"
    r"|chapitre suivant|nächste(s|r)?( kapitel)?|weiter|próximo( cap[ií]tulo)?|следующая( глава)?|далее|вперёд"
    r"|次へ|次の話|次話|下一章|下一页|下一頁|다음( ?화)?)[\W_]*|[→»›]+|>{1,2}",
    re.IGNORECASE,
)
PREVIOUS = re.compile(
    r"[\W_]*(prev(ious)?( (chapter|page|part|episode|post))?|back|anterior|précédente?|vorherige(s|r)?( kapitel)?|zurück"
    r"|предыдущая( глава)?|назад|前へ|前の話|前話|上一章|上一页|上一頁|이전( ?화)?)[\W_]*|[←«‹]+|<{1,2}",
    re.IGNORECASE,
)
CONTENTS = re.compile(
    r"[\W_]*((table of )?contents|toc|(chapter )?index|all chapters|chapter list|índice|sommaire|table des matières"
    r"|inhalt(sverzeichnis)?|оглавление|содержание|目次|目录|目錄|목차)[\W_]*",
    re.IGNORECASE,
)


def leads_around(words: str) -> bool:
    """Whether a link's words lead around in a novel instead of naming a chapter."""
    return any(pattern.fullmatch(words) for pattern in (NEXT, PREVIOUS, CONTENTS))
