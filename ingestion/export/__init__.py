"""A novel, taken out as one file that readers open without us: EPUB 3, plain text, Markdown, HTML or JSON.

`wish` says what is asked for, `book` what is to be in it, `making` brings it together, `epub`, `plaintext`, `commonmark`, `onepage` and
`jsonfile` write it, `xhtml` and `nesting` make what sites wrote into markup that readers take, `prose` makes lines of that, and `store` keeps
what was made until it is old.
"""
