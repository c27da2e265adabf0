"""EPUBs in the shape that each program gives them, with texts made up for the tests."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from zipfile import ZIP_DEFLATED, ZipFile

CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="{path}" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
KINDS = {"xhtml": "application/xhtml+xml", "ncx": "application/x-dtbncx+xml", "png": "image/png"}
#: A chapter: its URL, its title, its HTML.
Told = tuple[str, str, str]


def packed(files: Mapping[str, str | bytes], *, path: str = "content.opf", by: int = ZIP_DEFLATED) -> bytes:
    """The zip of these files, whose package is at `path`, packed `by` a method."""
    file = io.BytesIO()
    with ZipFile(file, "w", by) as made:
        own = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER.format(path=path)}
        for name, content in {**own, **files}.items():
            made.writestr(name, content)
    return file.getvalue()


def package(metadata: str, files: Mapping[str, str], spine: Sequence[str], *, nav: str = "") -> str:
    """A package: the entries by id, and those of the spine."""
    entries = "".join(
        f'<item id="{item}" href="{href}" media-type="{KINDS[href.rpartition(".")[2]]}" properties="{item == nav and "nav"}"/>'
        for item, href in files.items()
    )
    refs = "".join(f'<itemref idref="{item}"/>' for item in spine)
    return (
        '<?xml version="1.0" encoding="utf-8"?><package xmlns="http://www.idpf.org/2007/opf" version="2.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        f"<dc:title>The Lamp on the Weir</dc:title><dc:creator>Wilma Example</dc:creator><dc:language>en</dc:language>"
        f'{metadata}</metadata><manifest>{entries}</manifest><spine toc="ncx">{refs}</spine></package>'
    )


def ncx(*points: str) -> str:
    return (
        '<?xml version="1.0"?><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1">'
        f"<navMap>{''.join(points)}</navMap></ncx>"
    )


def point(title: str, src: str, *below: str) -> str:
    label = f"<navLabel><text>{title}</text></navLabel>"
    return f'<navPoint>{label}<content src="{src}"/>{"".join(below)}</navPoint>'


def page(body: str, head: str = "<title/>", attributes: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head>{head}</head><body{attributes}>{body}</body></html>"
    )


def fanficfare(url: str, *chapters: Told) -> bytes:
    """FanFicFare's, with its title page, and numbers before the titles."""
    files = {"OEBPS/title_page.xhtml": page(f'<h3><a href="{url}">The Lamp on the Weir</a></h3>')}
    for number, (own, title, content) in enumerate(chapters, start=1):
        head = (
            f'<title>{number}. {title}</title><meta name="chapterurl" content="{own}" />'
            f'<meta name="chapterorigtitle" content="{title}" /><meta name="chaptertitle" content="{number}. {title}" />'
        )
        body = f'<h3 class="fff_chapter_title">{number}. {title}</h3>{content}'
        files[f"OEBPS/file{number:04}.xhtml"] = page(body, head, ' class="fff_chapter"')
    items = {f"i{n}": name for n, name in enumerate(files)} | {"ncx": "toc.ncx"}
    points = [point(f"{n}. {title}", f"OEBPS/file{n:04}.xhtml") for n, (_, title, _) in enumerate(chapters, start=1)]
    metadata = f'<dc:identifier opf:scheme="URL">{url}</dc:identifier><dc:source>{url}</dc:source>'
    spine = [item for item in items if item != "ncx"]
    return packed({"content.opf": package(metadata, items, spine), "toc.ncx": ncx(*points), **files})


def webtoepub(url: str, *chapters: Told, arc: str | None = None, picture: tuple[str, bytes] | None = None) -> bytes:
    """WebToEpub's, an arc above all of its chapters, and a picture in the first."""
    files: dict[str, str | bytes] = {"OEBPS/Text/0000_Information.xhtml": page(f'<p><a href="{url}">source</a></p>')}
    items = {"xhtml0000": "Text/0000_Information.xhtml", "ncx": "toc.ncx"}
    metadata = f'<dc:identifier opf:scheme="URI">{url}</dc:identifier><dc:source id="id.xhtml0000">{url}</dc:source>'
    points = []
    if picture is not None:
        files["OEBPS/Images/0000.png"], items["image0000"] = picture[1], "Images/0000.png"
        metadata += f'<dc:source id="id.image0000">{picture[0]}</dc:source>'
    for number, (own, title, content) in enumerate(chapters, start=1):
        name, item = f"Text/{number:04}_{title.replace(' ', '_')}.xhtml", f"xhtml{number:04}"
        shown = '<div><img src="../Images/0000.png" alt=""/></div>' if picture and number == 1 else ""
        files[f"OEBPS/{name}"], items[item] = page(f"<h1>{title}</h1>{shown}{content}"), name
        metadata += f'<dc:source id="id.{item}">{own}</dc:source>'
        points.append(point(title, name))
    spine = [item for item in items if item.startswith("xhtml")]
    contents = ncx(point(arc, f"{items['xhtml0001']}", *points) if arc else "".join(points))
    opf = package(metadata, items, spine)
    return packed({"OEBPS/content.opf": opf, "OEBPS/toc.ncx": contents, **files}, path="OEBPS/content.opf")


def lncrawl(url: str, *chapters: Told) -> bytes:
    """lightnovel-crawler's: of the chapters' URLs nothing is said."""
    intro = f'<div id="intro"><h1>The Lamp</h1><div class="footer"><b>Source:</b> <a href="{url}">{url}</a></div></div>'
    files = {"EPUB/intro.xhtml": page(intro), "EPUB/volume_001.xhtml": page('<div id="volume"><h1>Book 1</h1></div>')}
    entries = ""
    for number, (_, title, content) in enumerate(chapters, start=1):
        body = f'<div id="chapter"><h4 aria-hidden="true">#{number}</h4><h1>{title}</h1>{content}</div>'
        files[f"EPUB/chapter_{number:05}.xhtml"] = page(body, f"<title>{title}</title>")
        entries += f'<li><a href="chapter_{number:05}.xhtml">{title}</a></li>'
    items = {f"i{n}": name.removeprefix("EPUB/") for n, name in enumerate(files)}
    toc = f'<nav xmlns:epub="http://www.idpf.org/2007/ops" epub:type="toc"><ol><li><a href="volume_001.xhtml">Book 1</a><ol>{entries}</ol></li></ol></nav>'
    opf = package("<dc:identifier>4711</dc:identifier>", items | {"nav": "nav.xhtml"}, list(items), nav="nav")
    return packed({"EPUB/content.opf": opf, "EPUB/nav.xhtml": page(toc), **files}, path="EPUB/content.opf")
