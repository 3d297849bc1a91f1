"""Records functions' log lines as they are written."""

import logging

from smartexam.platform import observability


class Log(logging.Handler):
    """Keeps what functions log, as it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line."""
        self.lines.append(self.format(record))

    def listen(self) -> None:
        """Begin."""
        # The library keeps the handlers, with their format.
        written = logging.getLogger(str(observability.logger().name))
        self.setFormatter(written.handlers[0].formatter)
        written.addHandler(self)

    def stop(self) -> None:
        """End."""
        logging.getLogger(str(observability.logger().name)).removeHandler(self)
