"""Chat over HTTP: connections, conversations, messages and groups."""
