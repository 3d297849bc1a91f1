"""Generate the API's descriptions from the code: `make openapi`.

With `--check` nothing is written: the exit status tells whether the files are up to date.
"""

import sys

from tools.openapi import document, socket_document


def main() -> int:
    """Write or check; returns 1 if a checked file is outdated."""
    is_outdated = False
    for path, current in (
        (document.OUTPUT, document.text()),
        (document.START, document.start_text()),
        (socket_document.OUTPUT, socket_document.text()),
    ):
        if "--check" not in sys.argv[1:]:
            path.write_text(current, encoding="utf-8")
            print(f"{path}: {len(current):,} bytes")
        elif not path.is_file() or path.read_text(encoding="utf-8") != current:
            is_outdated = True
            print(f"{path} is out of date: run `make openapi`", file=sys.stderr)
    return int(is_outdated)


if __name__ == "__main__":
    sys.exit(main())
