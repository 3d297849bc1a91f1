"""Renders results as an HTML fragment, for pages that load more rows of a table."""

from html import escape

from admin_analytics.models import ResultPage, ResultRow
from smartexam.catalog.marks import plain

_HEADINGS = ("Student", "Username", "Exam", "Score", "Percentage", "Grade", "Minutes", "Completed", "")


def render(page: ResultPage) -> str:
    """The table; all texts that people wrote are escaped."""
    headings = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in _HEADINGS)
    body = "".join(_row(row) for row in page.results)
    if not page.results:
        body = f'<tr><td colspan="{len(_HEADINGS)}">No results</td></tr>'
    return (
        f'<table data-total="{page.total}" data-page="{page.page}" data-total-pages="{page.total_pages}">'
        f"<thead><tr>{headings}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(row: ResultRow) -> str:
    cells = (
        row.full_name,
        row.username,
        row.exam_name,
        f"{plain(row.score)} / {plain(row.max_score)}",
        f"{plain(row.percentage)} %",
        row.grade,
        plain(row.duration),
        row.created_at,
    )
    link = f'<a href="/admin/users-analytics/download-result/{row.id}">PDF</a>'
    return f'<tr data-id="{row.id}">{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}<td>{link}</td></tr>'
