"""The local stack's language model: a stand-in, or the real one with the developer's key."""
