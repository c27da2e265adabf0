"""The library as what other programs read it by: a catalogue for e-readers (OPDS), and feeds of new chapters (Atom).

`shelf` is what a page of the catalogue says, `shelves` fills it, `table` asks the database; `opds1` and `opds2` write it as Atom and as
JSON. `chapters` is the feeds. `naming` gives all of it its names and addresses, and `markup` writes XML.
"""
