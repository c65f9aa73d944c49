"""Compiled contracts, read without Ape: ours from `.build/`, Circle's from npm."""

from __future__ import annotations

from artifacts.compiled import ROOT, Artifact, circle, documentation, ours
from artifacts.errors import NotBuilt, SetupError, ToolMissing

__all__ = [
    "ROOT",
    "Artifact",
    "NotBuilt",
    "SetupError",
    "ToolMissing",
    "circle",
    "documentation",
    "ours",
]
