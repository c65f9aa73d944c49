"""What somebody would send who means no good: no 5xx, and no money moves (API-3, API-4).

What only bytes on a socket can do is in `test_server.py`.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.conftest import USDC

JSON = {"Content-Type": "application/json"}
WALLET = "0x" + "11" * 20
ROLES = ("poster", "agent", "outsider", "treasury")
NUMBERS = ("1e400", "-1e400", "NaN", "-Infinity", "-1", "1.5", str(2**63), str(2**256), "true")
NUMBERS += (
    "9" * 4_000,
    "9" * 10_000,
    '"1"',
    '"\N{ARABIC-INDIC DIGIT ONE}"',
    "[0]",
    "{}",
    '"\\u0000"',
)
TEXTS = (
    "\0",
    "\0" * 2_048,
    "\N{RIGHT-TO-LEFT OVERRIDE}",
    "\N{PILE OF POO}" * 512,
    "\ufeff",
    "\uffff",
)
POSTS = {
    "/api/runs": {"reward": "1000000", "deadline": "2100-01-01T00:00:00Z", "ipfsHash": "ipfs://w"},
    "/api/runs/{run_id}/fund": {},
    "/api/runs/{run_id}/claim": {"agentId": 0},
    "/api/runs/{run_id}/start": {},
    "/api/runs/{run_id}/submit": {"deliverableURI": "ipfs://work"},
    "/api/runs/{run_id}/approve": {},
    "/api/runs/{run_id}/revision": {"feedback": "again"},
    "/api/runs/{run_id}/reject": {"reason": "no"},
    "/api/runs/{run_id}/finalize": {},
    "/api/runs/{run_id}/slash": {},
    "/api/runs/{run_id}/cancel": {},
    "/api/runs/{run_id}/abandon": {},
    "/api/agents/{agent_id}/stake": {"amount": "20000000"},
    "/api/agents/{agent_id}/unstake": {"amount": "20000000"},
    "/api/agents/{agent_id}/markets": {"market": WALLET, "cap": "20000000"},
}


@pytest.fixture(scope="module")
def agent_id(market, agent):
    return market.agent(agent)


@pytest.fixture(scope="module")
def run_id(market, poster):
    return market.post(poster)


@pytest.fixture
def money(market):
    """Everybody's, as it was; a test that has it must leave it so."""
    before = held(market)
    yield before
    assert held(market) == before


def held(market):
    usdc, escrow, registry = (
        market.contracts.usdc,
        market.contracts.runs,
        market.contracts.registry,
    )
    people = [market.wallet(role).address for role in ROLES]
    places = [*people, escrow.address, registry.address]
    return [usdc.balance_of(place) for place in places], escrow.run_count()


def refused(answer, *allowed):
    """A problem that is no fault of ours."""
    assert answer.status_code in (allowed or (400,)), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


@pytest.mark.parametrize("number", NUMBERS)
def test_body__with_a_number_that_is_none__is_400(money, client, run_id, agent_id, number):
    """API-3: in every field that is a number, of the request that was signed too."""
    signed = {"from": WALLET, "to": WALLET, "gas": 1, "nonce": 0, "deadline": 1, "data": "0x"}
    claim, stake = f"/api/runs/{run_id}/claim", f"/api/agents/{agent_id}/stake"
    texts = number.startswith('"')  # the digits of a uint256 may be text
    bodies = [(claim, {"agentId": "%", "walletAddress": WALLET})]
    bodies += [("/api/runs", POSTS["/api/runs"] | {"walletAddress": WALLET, "reviewDays": "%"})]
    bodies += [("/api/runs", POSTS["/api/runs"] | {"walletAddress": WALLET, "reward": "%"})]
    bodies += [(stake, {"amount": "1", "walletAddress": WALLET, "permit": {"deadline": "%"}})]
    for name in () if texts else ("gas", "nonce", "deadline"):
        request = signed | {name: "%"}
        body = {"agentId": agent_id, "walletAddress": WALLET, "request": request}
        bodies.append((claim, body | {"signature": "0x" + "00" * 65}))
    for path, body in bodies:
        sent = json.dumps(body).replace('"%"', number).encode()
        refused(client.post(path, content=sent, headers=JSON), 400, 404)


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_body__with_any_text__is_asked_to_be_signed_or_refused(money, client, poster, run_id, text):
    """API-3: NUL, direction marks, characters outside of the first plane: as they are."""
    wallet = {"walletAddress": poster.address}
    terms = POSTS["/api/runs"] | {"ipfsHash": text}
    refused(client.post("/api/runs", json=terms | wallet), 400, 401)
    refused(client.post(f"/api/runs/{run_id}/reject", json={"reason": text, **wallet}), 400)
    refused(client.post("/api/runs", json=terms | {"walletAddress": WALLET + text}), 400)


@pytest.mark.parametrize("path", POSTS)
def test_text__with_half_a_character__is_400(money, client, run_id, agent_id, path):
    """API-3: in every field, in a key, and in what nobody asked for."""
    sent = POSTS[path] | {"walletAddress": WALLET}
    path = path.format(run_id=run_id, agent_id=agent_id)
    for name in sent:
        body = json.dumps(sent | {name: "\ud800"}).encode()
        refused(client.post(path, content=body, headers=JSON))
    for more in ({"\ud800": 1}, {"unasked": "\udfff"}):
        body = json.dumps(more | sent).encode()
        refused(client.post(path, content=body, headers=JSON), 400, 401, 403, 404)


@pytest.mark.parametrize("path", POSTS)
def test_body__deeply_nested__is_400(money, client, run_id, agent_id, path):
    """API-3: as a value, as a key's value, and without an end."""
    sent, path = POSTS[path], path.format(run_id=run_id, agent_id=agent_id)
    for depth in (100, 900, 100_000):
        for opened, ended in ((b"[", b"]"), (b'{"a":', b"}")):
            deep = opened * depth + b"1" + ended * depth
            if len(deep) < 200_000:
                name = next(iter(sent), "walletAddress")
                body = json.dumps(sent | {"walletAddress": WALLET, name: "%"}).encode()
                content = body.replace(b'"%"', deep)
                refused(client.post(path, content=content, headers=JSON))
            refused(client.post(path, content=opened * min(depth, 40_000), headers=JSON))


def test_key__that_is_there_twice__counts_as_the_last(
    money, market, client, agent, agent_id, run_id
):
    """API-4: and what was signed has to be what it then means."""
    path, wallet = f"/api/runs/{run_id}/claim", f'"walletAddress": "{agent.address}"'
    last = f'{{"agentId": 999999, "agentId": {agent_id}, {wallet}}}'.encode()
    asked = client.post(path, content=last, headers=JSON)
    refused(asked, 401)
    signed = market.signed(agent, {}, asked)
    more = f'"request": {json.dumps(signed["request"])}, "signature": "{signed["signature"]}"'
    other = f'{{"agentId": {agent_id}, {wallet}, {more}, "agentId": 999999}}'.encode()
    assert refused(client.post(path, content=other, headers=JSON))["error"] == "REQUEST_MISMATCH"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=1000&limit=1", 400),
        ("limit=1&limit=1000", 400),
        ("state=&state=OPEN", 200),
        ("state=OPEN&state=%00", 400),
        ("limit=1e0", 400),
        ("limit=NaN", 400),
        ("limit=-0", 400),
        ("limit=" + "9" * 5_000, 400),
        ("page=%EF%BC%91", 400),
        ("page=" + str(10**12), 200),
        ("page=" + str(2**256), 400),
        ("agentId=-0", 200),
        ("agentId=" + str(2**63), 400),
        ("minReward=1e400", 400),
        ("minReward=NaN", 400),
        ("minReward=-0", 400),
        ("minReward=%EF%BC%91", 400),
        ("minReward=" + "9" * 40, 400),
        ("minReward=18446744073709", 200),
        ("poster=0x%00", 400),
        ("poster=%ED%A0%80", 400),
        ("cursor=%00%ff", 400),
        ("cursor=" + "A" * 201, 400),
        ("sort=newest%00", 400),
        ("%00=%00&%ff=%ff&[]=&=&&&;", 400),
        ("&".join(f"a{number}=1" for number in range(2_000)), 400),
    ],
)
def test_query__that_is_garbage__is_400(client, query, status):
    """API-3: of two parameters of one name neither counts; what no route knows is refused."""
    answer = client.get(f"/api/runs?{query}")

    assert answer.status_code == status, answer.text
    assert status == 200 or refused(answer)


@pytest.mark.parametrize(
    "number",
    ["1%00", "%ff", "%ed%a0%80", "%EF%BC%91", "1e5", "NaN", "9" * 5_000, "1.5", "0x1", "%2e%2e"],
)
@pytest.mark.parametrize("path", ["/api/runs/{}", "/api/agents/{}/stake", "/api/requests/{}"])
def test_path__that_is_garbage__is_no_number(client, path, number):
    """API-3."""
    refused(client.get(path.format(number)), 400, 404)


@pytest.mark.parametrize(
    "kinds",
    [
        ["text/plain"],
        ["application/jsonp"],
        ["application/json-seq"],
        ["application/problem+json"],
        ["multipart/form-data; boundary=application/json"],
        [";application/json"],
        ["application/json", "text/plain"],
        ["text/plain", "application/json"],
        ["application/json,text/plain"],
    ],
    ids=", ".join,
)
def test_post__of_mixed_media_types__is_refused(money, client, run_id, agent_id, kinds):
    """API-3: one that is JSON, and no other beside it."""
    headers = [("Content-Type", kind) for kind in kinds]
    body = json.dumps({"agentId": agent_id, "walletAddress": WALLET}).encode()

    refused(client.post(f"/api/runs/{run_id}/claim", content=body, headers=headers), 400, 415)


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON ; charset=latin-1"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-be"])
def test_post__in_another_coding__is_read_or_refused(
    money, client, agent, agent_id, run_id, kind, coding
):
    """API-3."""
    body = json.dumps({"agentId": agent_id, "walletAddress": agent.address}).encode(coding)
    headers = {"Content-Type": kind}

    refused(client.post(f"/api/runs/{run_id}/claim", content=body, headers=headers), 400, 401)


@pytest.mark.parametrize("host", ["evil.example", "[", "a:b:c", "/../api/runs?", ""])
def test_host__that_lies__changes_nothing(client, run_id, host):
    """API-3: nobody is sent to where a request's Host says."""
    assert client.get(f"/api/runs/{run_id}", headers={"Host": host}).status_code == 200
    refused(client.get("/api/runs/", headers={"Host": host}), 404)
    refused(client.post(f"/api/runs/{run_id}/start", headers={"Host": host}, json={}), 400)


@pytest.fixture
def signed(market, client, poster):
    """A signed request for a new run, ready to be sent."""
    market.post(poster)  # the allowance
    body = {"walletAddress": poster.address, **market.terms(reward=USDC)}
    return market.signed(poster, body, client.post("/api/runs", json=body))


def test_request__sent_many_times_at_once__is_done_once(market, client, signed):
    """API-4: each gets the same answer, under whatever key; and nothing else is paid."""
    before = market.contracts.runs.run_count()

    def send(number):
        headers = {"Idempotency-Key": f"replay-{number}"} if number % 2 else {}
        return client.post("/api/runs", json=signed, headers=headers)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(send, range(12)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert market.contracts.runs.run_count() == before + 1
    balances = held(market)
    with market.another_app() as later:
        assert later.post("/api/runs", json=signed).content == answers[0].content
    assert held(market) == balances


def changed(signed, market):
    """The same with one thing changed, and what changes it."""
    request = signed["request"]
    other = market.wallet("outsider").address
    for name, value in (
        ("reward", str(2 * USDC)),
        ("ipfsHash", "ipfs://other"),
        ("maxRevisions", 0),
        ("fund", False),
        ("walletAddress", other),
        ("signature", "0x"),
        ("signature", "0x" + "00" * 65),
        ("signature", with_v(signed["signature"], 55 - int(signed["signature"][-2:], 16))),
        ("signature", with_v(signed["signature"], 29)),
        ("signature", malleated(signed["signature"])),
        ("permit", {"deadline": 1, "signature": "0x" + "00" * 65}),
    ):
        yield name, signed | {name: value}
    for name, value in (
        ("from", other),
        ("to", market.contracts.registry.address),
        ("value", 1),
        ("gas", request["gas"] + 1),
        ("nonce", request["nonce"] + 1),
        ("deadline", request["deadline"] + 1),
        ("data", request["data"] + "00"),
        ("data", "0x"),
    ):
        yield f"request.{name}", signed | {"request": request | {name: value}}


def with_v(signature, v):
    """The same r and s, which recover to another account, or to none."""
    return f"{signature[:-2]}{v:02x}"


def malleated(signature):
    """The other signature that follows from one."""
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    r, s, v = signature[2:66], int(signature[66:130], 16), int(signature[130:], 16)
    return f"0x{r}{order - s:064x}{55 - v:02x}"


def test_request__changed_after_it_was_signed__is_refused(market, client, signed):
    """API-4: before it was relayed and after; nothing of it is for anybody to choose."""
    for after in (False, True):
        balances = held(market)
        for name, body in changed(signed, market):
            answer = client.post("/api/runs", json=body)
            assert refused(answer, 400, 401)["error"] != "INTERNAL", name
            assert answer.status_code == 400 or name == "walletAddress", name
        assert held(market) == balances
        if not after:
            assert client.post("/api/runs", json=signed).status_code == 200


def test_request__sent_to_another_path__is_refused(money, market, client, agent, agent_id, run_id):
    """API-4: what was signed for one thing is signed for no other."""
    body = {"agentId": agent_id, "walletAddress": agent.address}
    claim = market.signed(agent, body, client.post(f"/api/runs/{run_id}/claim", json=body))
    paths = [path.format(run_id=run_id, agent_id=agent_id) for path in POSTS]

    for path, fields in zip(paths, POSTS.values(), strict=True):
        if not path.endswith("/claim"):
            answer = client.post(path, json=fields | {**claim, "amount": "1"})
            assert refused(answer)["error"] == "REQUEST_MISMATCH", path
