"""An account's life: made, given a password, given up."""
