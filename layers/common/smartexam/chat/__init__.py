"""What can be said in a conversation, over HTTP or a WebSocket: the same rules, the same events."""
