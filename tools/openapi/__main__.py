"""Generate the API's description from the code: `make openapi`.

With `--check` nothing is written: the exit status tells whether the file is up to date.
"""

import sys

from tools.openapi.document import OUTPUT, text


def main() -> int:
    """Write or check; returns 1 if the checked file is outdated."""
    current = text()
    if "--check" in sys.argv[1:]:
        if OUTPUT.is_file() and OUTPUT.read_text(encoding="utf-8") == current:
            return 0
        print(f"{OUTPUT} is out of date: run `make openapi`", file=sys.stderr)
        return 1
    OUTPUT.write_text(current, encoding="utf-8")
    print(f"{OUTPUT}: {len(current):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
