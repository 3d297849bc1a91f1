"""Chat over HTTP: who talks with whom, and what was said."""
