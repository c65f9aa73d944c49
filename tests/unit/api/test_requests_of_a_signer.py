"""What an account has signed for the relayer: a list that gives nothing away (API-4)."""

from __future__ import annotations

import pytest

from agentescrow.store.people.relays import FAILED, MINED, Outcome, Relay, accept, settle
from tests.unit.api.conftest import ADDRESSES, NOW

SIGNER = ADDRESSES["owner"]
CALLDATA, SIGNATURE = "0x" + "ab" * 40, "cd" * 65


@pytest.fixture
def filled(database, indexed):
    """Five requests of the signer's and one of somebody else's."""
    others = {2: ADDRESSES["treasury"]}
    made = [
        Relay(
            *(f"0x{number:064x}", others.get(number, SIGNER), number, ADDRESSES["runs"]),
            *(CALLDATA + SIGNATURE, 100, NOW + 9, NOW + number, 1),
            function="claimRun",
            run_id=70 + number,
        )
        for number in range(6)
    ]
    with database.begin() as connection:
        accept(connection, made)
        outcomes = [(1, FAILED, "It reverts."), (3, MINED, None)]
        settle(
            connection,
            [Outcome(f"0x{n:064x}", how, tx_hash="0x5", problem=why) for n, how, why in outcomes],
        )


def test_requests__of_a_signer__are_its_own_the_latest_first(client, filled):
    """API-4: a page at a time, also of an address in lower case."""
    found, cursor = [], ""
    for _ in range(3):
        answer = client.get(f"/api/requests?signer={SIGNER.lower()}&limit=2&cursor={cursor}").json()
        found += [int(each["id"], 16) for each in answer["requests"]]
        cursor = answer["nextCursor"]

    assert (found, cursor) == ([5, 4, 3, 1, 0], None)
    nobody = client.get(f"/api/requests?signer={ADDRESSES['usdc']}").json()
    assert nobody == {"requests": [], "nextCursor": None}


def test_requests__pending__do_not_tell_what_they_are_for(client, filled):
    """API-4: others could be quicker; and no signature or call is shown at all."""
    answer = client.get(f"/api/requests?signer={SIGNER}")
    told = {
        int(each["id"], 16): (each["status"], each["function"], each["runId"], each["problem"])
        for each in answer.json()["requests"]
    }

    assert told == {
        0: ("pending", None, None, None),
        1: ("failed", "claimRun", 71, "It reverts."),
        3: ("mined", "claimRun", 73, None),
        4: ("pending", None, None, None),
        5: ("pending", None, None, None),
    }
    assert SIGNATURE not in answer.text
    assert CALLDATA not in answer.text


@pytest.mark.parametrize(
    "query", ["", "signer=", "signer=me", f"signer={SIGNER}&limit=101", f"signer={SIGNER}&cursor=x"]
)
def test_requests__of_nobody_or_too_many__is_400(client, filled, query):
    """API-3: nobody's list is everybody's."""
    assert client.get(f"/api/requests?{query}").status_code == 400
