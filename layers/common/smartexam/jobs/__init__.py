"""Work that outlasts a request: asked for once, done once by whoever holds its claim, and looked at meanwhile."""
