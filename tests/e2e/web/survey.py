"""What every screen must have: one heading that begins the title, controls that can be told apart and hit, and access.

A screen is loaded once and looked at in both sizes and both themes.
"""

from collections import defaultdict
from typing import Any

from playwright.sync_api import Page, ViewportSize

CONTROLS = frozenset({"button", "link", "textbox", "searchbox", "checkbox", "radio", "combobox", "tab", "spinbutton"})
GROUPS = frozenset({"row", "listitem"})
"""What tells controls of one name apart."""
SMALLEST = 24
"""Pixels."""

PHONE: ViewportSize = {"width": 360, "height": 640}
DESK: ViewportSize = {"width": 1280, "height": 800}

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# All that a theme can change
_OF_COLOURS = ["color-contrast", "link-in-text-block"]
_SERIOUS = """async only => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false, runOnly: only });
  return violations
    .filter(found => found.impact === "serious" || found.impact === "critical")
    .map(found => [found.id, ...found.nodes.slice(0, 3).map(node => node.html.slice(0, 160) + node.failureSummary)]);
}"""

# A box to tick is hit by its label, too.
_TOO_SMALL = """(smallest) => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter(control => control.checkVisibility() && !control.disabled)
  .map(control => [control, (/radio|checkbox/.test(control.type) && control.closest("label")) || control])
  .filter(([, target]) => Math.min(target.offsetWidth, target.offsetHeight) < smallest)
  .map(([control]) => control.outerHTML.slice(0, 120))"""


# Rows are cards there, so that nobody has to scroll sideways for a state or a button.
_TOO_WIDE = """() => [...document.querySelectorAll("table")]
  .filter(table => table.checkVisibility() && table.parentElement.scrollWidth > table.parentElement.clientWidth)
  .map(table => table.getAttribute("aria-label"))"""


def survey(page: Page, axe_source: str) -> None:
    """Fails for what is wrong with a screen, on a phone and on a desk, in both themes."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert faults(page) == [], f"{page.url} {size}"
        check_access(page, axe_source)


def check_access(page: Page, axe_source: str) -> None:
    """Fails for serious and critical findings of axe on a page as it is, in both themes."""
    # By the debugger: the page's own policy refuses scripts that are not its own.
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_source)
    for theme, only in (("light", _TAGS), ("dark", {"type": "rule", "values": _OF_COLOURS})):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        assert page.evaluate(_SERIOUS, only) == [], f"{page.url} {theme}"


def faults(page: Page) -> list[str]:
    """What is wrong with a screen in its present size, in words."""
    found = [*_of_heading(page), *_alike(page)]
    found += [f"too small to hit: {control}" for control in page.evaluate(_TOO_SMALL, SMALLEST)]
    if (page.viewport_size or DESK)["width"] <= PHONE["width"]:
        found += [f"a table that scrolls: {table}" for table in page.evaluate(_TOO_WIDE)]
    if not page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
        found.append("scrolls sideways")
    return found


def _of_heading(page: Page) -> list[str]:
    headings = page.locator("h1:visible").all_inner_texts()
    if len(headings) != 1:
        return [f"headings: {headings}"]
    title = page.title()
    return [] if title.startswith(headings[0].strip()) else [f"title {title!r}, heading {headings[0]!r}"]


def _alike(page: Page) -> list[str]:
    """Controls without a name, and those of one role and name that nothing tells apart."""
    debugger = page.context.new_cdp_session(page)
    nodes = debugger.send("Accessibility.getFullAXTree")["nodes"]
    debugger.detach()
    by_id = {node["nodeId"]: node for node in nodes}
    groups: dict[tuple[str, str], list[str | None]] = defaultdict(list)
    for node in nodes:
        role = _value(node, "role")
        # The parts of a native date field have a common name, and belong to the field.
        if node["ignored"] or role not in CONTROLS or _is_part_of_field(node, by_id):
            continue
        groups[role, _value(node, "name").strip()].append(_group(node, by_id))
    found = [f"{role} without a name" for role, name in groups if name == ""]
    for (role, name), places in groups.items():
        if len(places) > 1 and (None in places or len(set(places)) < len(places)):
            found.append(f"{len(places)} times {role} {name!r}")
    return found


def _value(node: dict[str, Any], key: str) -> str:
    return str(node.get(key, {}).get("value", ""))


def _group(node: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> str | None:
    """The row or list item around a node."""
    while (parent := by_id.get(node.get("parentId", ""))) is not None:
        if _value(parent, "role") in GROUPS:
            return str(parent["nodeId"])
        node = parent
    return None


def _is_part_of_field(node: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> bool:
    while (parent := by_id.get(node.get("parentId", ""))) is not None:
        if _value(parent, "role") in {"Date", "DateTime", "InputTime"}:
            return True
        node = parent
    return False
