"""Data access: one module per table, each with its items, its keys and what can be asked of it.

Callers get frozen values; PynamoDB models stay in here. No module scans a table, and none decides uniqueness or
permission from an index, since indexes lag behind.
"""

import logging

# It says at every cold start that there is no file of settings: lines that are paid for and tell nothing.
logging.getLogger("pynamodb").setLevel(logging.WARNING)
