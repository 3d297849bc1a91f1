"""What a browser loads for a route of the web app, compressed as it is sent."""

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENTRY = "index.html"
FORMULAS = "src/shared/math/typeset.ts"
_ROUTE = re.compile(r'path: "(?P<path>/app[^"]*)",\s*load: \(\) => import\("\./(?P<screen>\w+)"\)')


@dataclass(frozen=True, slots=True)
class Weight:
    """Compressed bytes of a route's files, without formulas, pictures and answers of the API."""

    scripts: int
    styles: int


class Build:
    """A build of the web app.

    Args:
        web: the folder of its sources, with the build in `dist/`.
    """

    def __init__(self, web: Path) -> None:
        self._web = web
        self._manifest: Mapping[str, dict[str, Any]] = json.loads(
            (web / "dist" / ".vite" / "manifest.json").read_text(encoding="utf-8")
        )

    def routes(self) -> dict[str, str]:
        """The module of each address's screen."""
        found = {}
        for file in sorted((self._web / "src" / "features").glob("*/routes.ts")):
            for route in _ROUTE.finditer(file.read_text(encoding="utf-8")):
                found[route["path"]] = f"{file.parent.relative_to(self._web).as_posix()}/{route['screen']}.tsx"
        return found

    def files(self, *modules: str) -> set[str]:
        """The files of some modules and of all that they import at once."""
        found: set[str] = set()
        waiting = list(modules)
        while waiting:
            module = self._manifest[waiting.pop()]
            if module["file"] not in found:
                found |= {module["file"], *module.get("css", ())}
                waiting += module.get("imports", ())
        return found

    def weight(self, *modules: str) -> Weight:
        """The files of some modules together with the page's own."""
        files = self.files(ENTRY, *modules)
        return Weight(self._compressed(files, ".js"), self._compressed(files, ".css"))

    def _compressed(self, files: Iterable[str], kind: str) -> int:
        return sum(
            len(gzip.compress((self._web / "dist" / file).read_bytes(), 9)) for file in files if file.endswith(kind)
        )
