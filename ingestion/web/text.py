"""A chapter's stored HTML as a page may show it: inert already, and now without the style attributes that no page of ours allows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup

from ingestion import sanitize

#: A tag as the sanitiser writes it: each attribute with a value, in quotation marks that the value has none of.
_TAG = re.compile(r'<([a-z][a-z0-9]*)((?: [^\s=">]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([^\s=">]+)="([^"]*)"')
#: What a style may say, and the class by which the stylesheet says it.
CLASSES = {
    "text-align": {"center": "to-centre", "end": "to-end", "left": "to-left", "right": "to-right"},
    "font-style": {"italic": "italic", "normal": "upright", "oblique": "italic"},
    "font-weight": dict.fromkeys(("bold", "bolder", "600", "700", "800", "900"), "bold") | {"normal": "regular"},
    "font-variant": {"small-caps": "small-caps"},
    "text-decoration": {"line-through": "struck", "none": "unmarked", "underline": "underlined"},
}
#: Said of a picture of which its site says nothing.
PICTURE = "Picture"


def shown(fragment: str | None, pictures: Mapping[str, str]) -> Markup | None:
    """The fragment for a page, its pictures at the addresses that `pictures` gives for their URLs. Nothing else may be marked as safe."""
    if not fragment:
        return None
    return Markup(_TAG.sub(_tag, sanitize.illustrated(fragment, pictures)))  # noqa: S704 - sanitised when it was stored


def _tag(found: re.Match[str]) -> str:
    name, given = found[1], found[2]
    if name == "img":
        given += "" if ' alt="' in given else f' alt="{PICTURE}"'
        return f'<img{_ATTRIBUTE.sub(_attribute, given)} loading="lazy">'
    return f"<{name}{_ATTRIBUTE.sub(_attribute, given)}>" if ' style="' in given else found[0]


def _attribute(found: re.Match[str]) -> str:
    if found[1] != "style":
        return found[0]
    classes = " ".join(sorted(set(_classes(found[2]))))
    return f' class="{classes}"' if classes else ""


def _classes(style: str) -> list[str]:
    declared = (declaration.partition(":") for declaration in style.lower().split(";"))
    return [
        CLASSES[name][word] for name, _, value in declared for word in value.split() if word in CLASSES.get(name, ())
    ]
