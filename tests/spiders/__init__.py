"""Tests of the spiders, from recorded pages to the items they must give."""
