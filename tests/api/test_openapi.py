"""The OpenAPI is complete and true, and no request breaks the service (API-3, API-4)."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = (
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)


@pytest.fixture
def api(market):
    return openapi.from_asgi("/openapi.json", market.client.app)


schema = schemathesis.pytest.from_fixture("api").exclude(path="/api/events")


@schema.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_any_request__valid_or_not__is_answered_as_documented(case, market):
    """API-3, API-4: malformed, oversized, unicode, negative and huge: no 5xx, no money moved."""
    owed = market.contracts.escrow.total_owed(), market.contracts.registry.total_owed()

    case.call_and_validate(checks=CHECKS)

    assert owed == (market.contracts.escrow.total_owed(), market.contracts.registry.total_owed())
