"""What each site looks like, and nothing else: one module a site, `generic` for every other one."""
