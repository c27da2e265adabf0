"""The commands of `cli.py`, one module a concern. They import what they use when they run, so that `--help` is quick."""
