"""Calls to AWS that every request makes, without what makes botocore's own clients slow.

botocore interprets a service's description at every call, and reads it at every cold start: 0.6 of a millisecond and
70 ms. The services that hot paths use speak plain JSON, or take bytes, over POST. What is hard is still botocore's:
credentials and their renewal, the rules of retries, certificates, errors, and the events by which a client is watched.
"""

import logging

# It says at every cold start where it found credentials.
logging.getLogger("botocore").setLevel(logging.WARNING)
