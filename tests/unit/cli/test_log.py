"""What the service's processes log."""

from __future__ import annotations

import logging
import re

from agentescrow.cli.logs import OneLine, log_to_stderr


def test_log_to_stderr__a_fault__is_one_line_with_time_and_level(capsys):
    """API-5: whoever reads logs counts lines, and no stranger's text makes one."""
    root = logging.getLogger()
    before, root.handlers = root.handlers, []
    try:
        log_to_stderr()
        logging.getLogger("agentescrow.any").warning("%s; trying again", "a\nforged line")
        try:
            raise OSError("disk full\n[SQL: INSERT INTO runs]\n[parameters: ('stranger',)]")
        except OSError:
            logging.getLogger("agentescrow.any").exception("unexpected")
    finally:
        root.handlers = before

    said, raised = capsys.readouterr().err.splitlines()
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(time + r" WARNING a forged line; trying again", said)
    assert re.fullmatch(time + r" ERROR unexpected \(OSError: disk full; at .*:\d+\)", raised)


def test_one_line__exception_without_words__is_its_kind():
    """API-5: no line ends in a colon."""
    try:
        raise TimeoutError
    except TimeoutError as error:
        said = OneLine().formatException((type(error), error, error.__traceback__))

    assert said.startswith("(TimeoutError; at ")
