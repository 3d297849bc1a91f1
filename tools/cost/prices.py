"""List prices, in US dollars, without tax, free tier, savings plans or support."""

from dataclasses import dataclass

REGION = "us-east-1"
AS_OF = "November 2025"
MILLION = 1_000_000
GB = 1_000_000_000


@dataclass(frozen=True)
class Prices:
    """Dollars per unit. Other regions cost up to a fifth more: override prices with `--price name=dollars`."""

    http_api_request: float = 1.00 / MILLION
    websocket_message: float = 1.00 / MILLION  # a frame of up to 32 KB, in either direction
    websocket_minute: float = 0.25 / MILLION  # of one connection
    lambda_request: float = 0.20 / MILLION
    lambda_gb_second: float = 0.0000133334  # arm64
    dynamodb_write_unit: float = 0.625 / MILLION  # on demand, 1 KB
    dynamodb_read_unit: float = 0.125 / MILLION  # on demand, 4 KB, consistent
    dynamodb_gb_month: float = 0.25
    backup_gb_month: float = 0.20  # point-in-time recovery
    logs_gb: float = 0.50 / GB  # ingestion, per byte
    trace: float = 5.00 / MILLION
    transfer_byte: float = 0.09 / GB  # to the internet
    alarm_month: float = 0.10
    dashboard_month: float = 3.00
    metric_month: float = 0.30
    secret_month: float = 0.40
