"""A loopback web of made-up novel sites: the server, the novels, and what each site makes of a novel."""
