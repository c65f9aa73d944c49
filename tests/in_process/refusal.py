"""What a call that reverts says, compared exactly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from localnet.evm import Reverted


@contextmanager
def refused(error: str, **values) -> Iterator[None]:
    """Expect a custom error.

    Args:
        error: Its name.
        values: Everything that it carries; people and contracts stand for their addresses.
    """
    with pytest.raises(Reverted) as caught:
        yield
    expected = {name: getattr(value, "address", value) for name, value in values.items()}
    assert (caught.value.name, dict(caught.value.args_by_name)) == (error, expected)
