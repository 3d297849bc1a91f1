"""Chat over WebSockets: connections, and the frames that clients send."""
