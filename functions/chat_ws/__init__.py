"""Chat over WebSockets: connections, and what comes in by them."""
