"""Keys that several tables share."""


def user_key(user_id: int) -> str:
    """The partition of what belongs to a user, in every table."""
    return f"USER#{user_id}"
