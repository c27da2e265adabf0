"""The pages in a real browser: Chromium, driven by Playwright, against a real server, a real worker and a real site."""
