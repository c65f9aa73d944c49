"""Pages of a list, by number and by cursor."""

from __future__ import annotations

from agentescrow.wire.shape import Shape


class Pagination(Shape):
    """Where a page is in its list.

    Attributes:
        page: Its number, from 1.
        limit: Most items on it.
        total: Items of the whole list, exactly.
        total_pages: Pages of the whole list.
        next_cursor: For the page after this one, by `cursor=`; null on the last page.
    """

    page: int
    limit: int
    total: int
    total_pages: int
    next_cursor: str | None = None

    @classmethod
    def of(cls, page: int, limit: int, total: int, next_cursor: str | None = None) -> Pagination:
        """Count the pages.

        Args:
            page: Number of the page.
            limit: Most items on a page.
            total: Items of the whole list.
            next_cursor: For the page after.
        """
        pages = (total + limit - 1) // limit
        return cls(page=page, limit=limit, total=total, total_pages=pages, next_cursor=next_cursor)
