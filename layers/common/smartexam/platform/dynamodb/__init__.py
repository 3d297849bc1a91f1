"""The connection to DynamoDB, and reading, writing and transactions with PynamoDB's models.

Only `store` packages use it. Their callers get frozen values; the models stay in the store. No module scans a table,
and none decides uniqueness or permission from an index, because an index may lag behind the table.
"""

import logging

# PynamoDB logs at every cold start that there is no settings file, and log lines cost money.
logging.getLogger("pynamodb").setLevel(logging.WARNING)
