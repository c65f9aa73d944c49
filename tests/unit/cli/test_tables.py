"""What commands print for people."""

from __future__ import annotations

from agentescrow.cli.output import show
from agentescrow.wire.pagination import Pagination
from agentescrow.wire.runs import RunPage
from tests.unit.wire.test_golden_shapes import run

PLACE = Pagination(page=1, limit=20, total=1, total_pages=1, next_cursor=None)


def test_show__endless_description__does_not_fill_the_list(capsys):
    """API-1: anybody may post one; --json, and the run by itself, have it whole."""
    page = RunPage(runs=[run(ipfs_hash="x" * 100_000)], pagination=PLACE)

    show(page, as_json=False)
    assert len(capsys.readouterr().out) < 2_000
    show(page, as_json=True)
    assert "x" * 100_000 in capsys.readouterr().out


def test_show__run_with_nothing_in_its_lists__is_lines_without_them(capsys):
    """API-7: an empty list is a dash, what is not known is left out."""
    show(run(ipfs_hash="ipfs://x"), as_json=False)

    lines = capsys.readouterr().out.splitlines()
    assert "ipfs_hash: ipfs://x" in lines
    assert not any(line.endswith("None") for line in lines)
