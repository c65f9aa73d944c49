"""Docstrings of the shapes are the descriptions in the OpenAPI document."""

from __future__ import annotations

import pytest

from agentescrow.wire.agents import Agent, MarketStanding
from agentescrow.wire.health import NotReady
from agentescrow.wire.relay import SignedRequest
from agentescrow.wire.runs import PostBody, RunWithEvents


@pytest.mark.parametrize("shape", [Agent, NotReady, PostBody, RunWithEvents, SignedRequest])
def test_schema__describes_each_property_as_the_docstring_does(shape):
    """API-3: inherited properties too."""
    properties = shape.model_json_schema()["properties"]

    assert [name for name, each in properties.items() if not each["description"]] == []


def test_schema__has_an_attribute_s_text_in_one_line():
    properties = MarketStanding.model_json_schema()["properties"]

    assert properties["locked"]["description"].startswith("Base units that it has locked; null for")
    assert "\n" not in properties["cap"]["description"]


def test_schema__is_described_without_its_attributes():
    assert Agent.model_json_schema()["description"] == "An agent."
