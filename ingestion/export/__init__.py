"""A novel, taken out as one file that readers open without us: EPUB 3.

`book` says what is to be in it, `making` brings it together, `epub` writes it, `xhtml` and `nesting` make what sites wrote into
markup that e-readers take, and `store` keeps what was made until it is old.
"""
