"""The kit for sites: begin a spider, look at what it makes of a site, keep pages as its tests, see what has changed since."""
