"""The tests: one module beside each module they are about, a loopback web in `sites`, recorded pages in `pages`."""
