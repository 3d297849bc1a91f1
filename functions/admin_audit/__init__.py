"""The log of administrators' changes."""
