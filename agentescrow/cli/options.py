"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON, a line at a time.")]
NodeUrl = Annotated[str | None, typer.Option(help="A node of the chain [RPC_URL].")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        help="sqlite:///FILE or postgresql://…; agentescrow.db in the working directory where "
        "there is none [DATABASE_URL]."
    ),
]
Record = Annotated[Path | None, typer.Option(help="Record of the contracts [DEPLOYMENT].")]
