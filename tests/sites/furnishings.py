"""What sites put around a text: menus, share buttons, comments, other novels, tag clouds. None of its words may end up in a chapter."""

from __future__ import annotations


def path(number: int) -> str:
    """Where unit `number` (from 1) is: an address that gives its place away to nobody."""
    return f"/read/{pow(number, 5, 10007)}"


SHARE = """<div class="share-buttons"><span>Share this:</span> <a href="https://social.example/s">Facepage</a>
    <a href="https://chirp.example/s">Chirp it</a> <a href="mailto:a@b.example">E-mail a friend</a></div>"""
COMMENTS = """<section id="comments" class="comments-area"><h2>3 thoughts on this chapter</h2><ol class="comment-list">
    <li><article><b>inkling42</b> says: <p>First! Thank you for the update, what a cliffhanger to leave us on all week.</p></article></li>
    <li><article><b>Dora</b> says: <p>Typo in the fourth paragraph, otherwise the best instalment of the whole serial so far.</p></article></li>
    </ol><form><label>Leave a reply</label><textarea></textarea><button>Post comment</button></form></section>"""
RELATED = """<div><h3>You may also like</h3><ul><li><a href="/novel/91">Moonlit Blade Academy</a></li>
    <li><a href="/novel/92">Reborn as a Lighthouse</a></li><li><a href="/novel/93">The Tax Collector of Heaven</a></li></ul></div>"""
TAGS = (
    "adventure",
    "angst",
    "comedy",
    "drama",
    "dungeon",
    "fantasy",
    "gothic",
    "horror",
    "magic",
    "mystery",
    "school",
    "sea",
    "travel",
)
CLOUD = "".join(f'<a href="/tag/{n}">{tag} ({n * 13 % 40})</a> ' for n, tag in enumerate(TAGS * 3))
SITE_MENU = """<header><a class="logo" href="/">Inkwell Archive</a><nav class="menu"><ul><li><a href="/latest">Latest</a></li>
    <li><a href="/ranking">Ranking</a></li><li><a href="/login">Log in</a></li></ul></nav></header>"""
SITE_FOOT = '<footer><p>© 2025 Inkwell Archive. <a href="/terms">Terms</a> <a href="/privacy">Privacy</a></p></footer>'
SIDEBAR = f"""<aside id="secondary" class="widget-area"><section class="widget"><h3>Search</h3><form><input></form></section>
    <section class="widget"><h3>Tags</h3><div class="tagcloud">{CLOUD}</div></section><section class="widget"><h3>Archives</h3><ul>
    {"".join(f'<li><a href="/2024/{m:02}/">Month {m} 2024</a> ({m + 3})</li>' for m in range(1, 13))}</ul></section>
    <section class="widget"><h3>Recent comments</h3><ul><li>inkling42 on <a href="{path(2)}#c1">Chapter 2</a></li></ul></section></aside>"""
