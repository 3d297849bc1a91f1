"""A lean AWS client for the calls that every request makes.

botocore interprets a service's description at every call and reads it at every cold start: 0.6 ms and 70 ms. The
services on hot paths accept plain JSON, or bytes, over POST. Difficult parts are still botocore's: credentials and
their renewal, retry rules, certificates, errors, and the events by which tests and tracing watch a client.
"""

import logging

# It logs at every cold start where it found credentials.
logging.getLogger("botocore").setLevel(logging.WARNING)
