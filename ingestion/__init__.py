"""From the URL of a serial novel to clean chapters in a database: each module is one step or one concern of that."""

VERSION = "0.1.0"
