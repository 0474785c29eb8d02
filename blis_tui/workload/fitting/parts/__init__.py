"""Which parts a trace has: stages, classes of requests, conversations and prefixes."""
