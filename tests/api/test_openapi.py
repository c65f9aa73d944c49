"""The OpenAPI is complete and true, and no request breaks the service (API-3, API-4).

API_EXAMPLES changes how many requests are tried of each route (4 where it is not set, always the
same ones); set, they are others each time. That answers have no more than what is declared is
looked at in every test of the API: see `declared.py`.
"""

from __future__ import annotations

import os

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.definitions import OPENAPI_31

from agentescrow.api.openapi import HEADERS

API_EXAMPLES = os.environ.get("API_EXAMPLES")
CHECKS = (
    not_a_server_error,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)


@pytest.fixture(scope="module")
def begun(market):
    """The block before everything here; schemathesis reads the first few events only."""
    return market.chain.w3.eth.block_number


@pytest.fixture(scope="module")
def api(market, begun):
    """The document; what all requests together moved is looked at once, at the end."""
    market.agent(market.wallet("agent"))
    for more in ({}, {"fund": False}, {"minStatus": "ESTABLISHED"}):
        market.post(market.wallet("poster"), **more)
    escrow, registry = market.contracts.runs, market.contracts.registry
    before = escrow.total_owed(), registry.total_owed(), escrow.run_count()
    yield openapi.from_asgi("/openapi.json", market.client.app)
    assert (escrow.total_owed(), registry.total_owed(), escrow.run_count()) == before


schema = schemathesis.pytest.from_fixture("api")


@schema.parametrize()
@settings(
    max_examples=int(API_EXAMPLES or 4),
    deadline=None,
    derandomize=API_EXAMPLES is None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_any_request__valid_or_not__is_answered_as_documented(case):
    """API-3, API-4: malformed, oversized, unicode, negative and huge: no 5xx, no money moved."""
    for name in ("run_id", "agent_id"):
        number = case.path_parameters.get(name)
        if isinstance(number, int):
            case.path_parameters[name] = number % 4  # often one that exists
    if case.path == "/api/events":
        case.query["follow"] = False  # else it has no end
    case.call_and_validate(checks=CHECKS)


def test_events__of_all_kinds__are_as_documented(api, begun):
    """API-6: each of the stream, and the event that is its data."""
    case = api["/api/events"]["GET"].Case(query={"fromBlock": begun, "follow": False})
    answer = case.call_and_validate(checks=CHECKS)

    assert answer.text.count("event: RunCreated") >= 3


@pytest.fixture(scope="module")
def document(client):
    return client.get("/openapi.json").json()


def test_document__as_a_whole__is_openapi(document):
    """API-3: of version 3.1, with an operation of its own name for each route."""
    assert document["openapi"].startswith("3.1.")
    jsonschema_rs.validator_for(OPENAPI_31).validate(document)
    found = [each for path in document["paths"].values() for each in path.values()]
    assert len({operation["operationId"] for operation in found}) == len(found)


def test_examples__all__fit_their_schemas(document):
    """API-3: also those of parameters and of parts of a schema."""
    known = {"components": document["components"]}
    found = list(_with_examples(document))
    assert len(found) > 20
    for schema, examples in found:
        validator = jsonschema_rs.validator_for({**schema, **known}, validate_formats=True)
        for example in examples:
            validator.validate(example)


def _with_examples(part):
    """Every schema that has examples, and them."""
    if isinstance(part, dict):
        examples = part.get("examples")
        if isinstance(examples, list):
            yield part, examples
        assert "example" not in part
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _with_examples(each)


def test_headers__that_web_pages_may_see__are_declared(document):
    """API-6."""
    found = {
        name
        for path in document["paths"].values()
        for operation in path.values()
        for response in operation["responses"].values()
        for name in response["headers"]
    }
    assert found == {*HEADERS, "Allow", "Cache-Control", "WWW-Authenticate"}
