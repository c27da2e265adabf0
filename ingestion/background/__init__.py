"""Work that outlives a request and is no ingestion: tasks, each of a kind, on queues of their own."""
