"""Creating and deleting one's account, its password, and requests for another role."""
