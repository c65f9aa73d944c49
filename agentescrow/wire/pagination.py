"""Pages of a list, by number and by cursor."""

from __future__ import annotations

from agentescrow.wire.shape import Shape


class Pagination(Shape):
    """Position of a page in its list.

    Attributes:
        page: Number of the page, from 1.
        limit: Maximum number of items on a page.
        total: Number of items in the whole list, exactly.
        total_pages: Number of pages of the whole list.
        next_cursor: `cursor` of the next page; null on the last page.
    """

    page: int
    limit: int
    total: int
    total_pages: int
    next_cursor: str | None = None
