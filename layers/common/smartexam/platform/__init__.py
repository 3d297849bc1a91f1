"""What knows no exam: AWS, HTTP, the database, settings, errors, ids, clocks, queues, files and secrets."""
