"""A chat client: reading order `conversation`, `line`, `screen`, `client`."""
