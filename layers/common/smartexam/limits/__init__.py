"""What may be done only so often: attempts in a window, uses of a quota."""
