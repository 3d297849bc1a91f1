"""The address of a service: from the environment, otherwise by its region."""

import os
import re

import botocore.session

# Regions of the partition `aws`, whose services are all at <service>.<region>.amazonaws.com.
_COMMON = re.compile(r"(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+")
_VARIANTS = ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT")


def endpoint_url(service: str, service_id: str, region: str) -> str:
    """The address of a service, without a slash at its end.

    Args:
        service: botocore's name of it, such as `secretsmanager`.
        service_id: AWS's, such as `Secrets Manager`; variables of the environment are named after it.
        region: such as `ap-south-1`.
    """
    if not _is_set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        configured = os.environ.get(f"AWS_ENDPOINT_URL_{service_id.replace(' ', '_').upper()}")
        configured = configured or os.environ.get("AWS_ENDPOINT_URL")
        if configured:
            return configured.rstrip("/")
    if _COMMON.fullmatch(region) and not any(_is_set(variant) for variant in _VARIANTS):
        return f"https://{service}.{region}.amazonaws.com"
    # Other partitions and variants have their own rules. botocore knows them, but needs a whole client for it.
    url: str = botocore.session.get_session().create_client(service, region).meta.endpoint_url
    return url.rstrip("/")


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").lower() == "true"
