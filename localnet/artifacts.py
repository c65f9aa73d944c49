"""Compiled contracts; kept here for programs that import it from this place."""

from __future__ import annotations

from artifacts import ROOT, Artifact, circle, ours

__all__ = ["ROOT", "Artifact", "circle", "ours"]
