"""Every exception that this package raises on purpose.

The tree, with the stable `.code` of each class:

    * AgentEscrowError            AGENT_ESCROW_ERROR
      x InvalidInput              INVALID_INPUT         the caller can repair it; nothing was sent
        - InvalidAmount           INVALID_AMOUNT        not an amount of USDC
        - InvalidTerms            INVALID_TERMS         terms that the contract would refuse (RUN-2)
        - InvalidTime             INVALID_TIME          not a point in time
        - TextTooLong             TEXT_TOO_LONG         more bytes than the contract takes (RUN-27)
      x RelayProblem              RELAY_PROBLEM         the relayer does not take a signed request
        - RequestRefused          REQUEST_REFUSED       not signed so, expired, not for us
          · RequestOutOfOrder     REQUEST_OUT_OF_ORDER  its nonce is not its signer's next one
        - TooManyRequests         TOO_MANY_REQUESTS     later it does
        - RelayerUnavailable      RELAYER_UNAVAILABLE   it has no key, no ETH, or no budget now
        - KeyShared               KEY_SHARED            another database's relayer has its key too
      x Reverted                  REVERTED              a rule said no: custom error and its values
        - ContractReverted        CONTRACT_REVERTED     the same, said by the chain, with words
      x ChainProblem              CHAIN_PROBLEM         the chain cannot do it now
        - NodeUnreachable         NODE_UNREACHABLE      nobody answers at the RPC endpoint
        - NodeRefused             NODE_REFUSED          the node did not take the transaction
          · NodeBehind            NODE_BEHIND           it does not have our last transaction yet
          · NodeBusy              NODE_BUSY             it takes no more questions for now
        - TooExpensive            TOO_EXPENSIVE         the node asks for more than is allowed
        - WrongChain              WRONG_CHAIN           it is another chain than was meant
        - OtherChain              OTHER_CHAIN           its id is right, but its blocks are others
        - DeploymentUnknown       DEPLOYMENT_UNKNOWN    no usable record of deployed contracts
          · DeploymentDiffers     DEPLOYMENT_DIFFERS    the contracts are not those of the record
          · DeploymentUnreadable  DEPLOYMENT_UNREADABLE the file that was named is no record
        - InsufficientFunds       INSUFFICIENT_FUNDS    an account has less than it takes
        - ApprovalNeeded          APPROVAL_NEEDED       USDC takes no signature of the payer's
        - TransactionFailed       TRANSACTION_FAILED    it was sent, and failed or got lost
      x IndexProblem              INDEX_PROBLEM         database and chain do not fit
        - DatabaseUnusable        DATABASE_UNUSABLE     it cannot be opened, or has another schema
        - OtherDeployment         OTHER_DEPLOYMENT      it was filled from other contracts
        - ReorganisedTooDeep      REORGANISED_TOO_DEEP  the chain took back too much
        - IndexWrong              INDEX_WRONG           its sums are not what the contracts owe
          · RunsMissing           RUNS_MISSING          it has fewer runs than the contract
        - EventsMissing           EVENTS_MISSING        something goes on that never began
        - RowsDiffer              ROWS_DIFFER           its rows are not what the contracts say
      x ServiceProblem            SERVICE_PROBLEM       the REST API, as its clients meet it
        - ServiceUnreachable      SERVICE_UNREACHABLE   nobody answers there
        - UntrustedRequest        UNTRUSTED_REQUEST     it asked to sign something else: not signed
        - Contradicted            CONTRADICTED          the caller's own node says something else
        - StillPending            STILL_PENDING         sent; its outcome is not known yet
        - Refused                 REFUSED               it said no; an instance's code is a number

`.code` of a `Refused` is the HTTP status, as the SDK's users compare it (`error.code == 403`).
Names may be added; a name, a code or a parent never changes. `InvalidInput` is a `ValueError` too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

__all__ = [
    "AgentEscrowError",
    "ApprovalNeeded",
    "ChainProblem",
    "ContractReverted",
    "Contradicted",
    "DatabaseUnusable",
    "DeploymentDiffers",
    "DeploymentUnknown",
    "DeploymentUnreadable",
    "EventsMissing",
    "IndexProblem",
    "IndexWrong",
    "InsufficientFunds",
    "InvalidAmount",
    "InvalidInput",
    "InvalidTerms",
    "InvalidTime",
    "KeyShared",
    "NodeBehind",
    "NodeBusy",
    "NodeRefused",
    "NodeUnreachable",
    "OtherChain",
    "OtherDeployment",
    "Refused",
    "RelayProblem",
    "RelayerUnavailable",
    "ReorganisedTooDeep",
    "RequestOutOfOrder",
    "RequestRefused",
    "Reverted",
    "RowsDiffer",
    "RunsMissing",
    "ServiceProblem",
    "ServiceUnreachable",
    "StillPending",
    "TextTooLong",
    "TooExpensive",
    "TooManyRequests",
    "TransactionFailed",
    "UntrustedRequest",
    "WrongChain",
]


class AgentEscrowError(Exception):
    """Base of the tree. Catch it to catch everything that this package raises on purpose."""

    code: ClassVar[str | int] = "AGENT_ESCROW_ERROR"


class InvalidInput(AgentEscrowError, ValueError):
    """A value was refused before anything was sent.

    Args:
        field: What the value was meant to be, in the caller's words ("amount", "deadline").
        value: The refused value, as it came.
        allowed: What would have been accepted, in words.
    """

    code: ClassVar[str] = "INVALID_INPUT"

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(field, value, allowed)
        self.field = field
        self.value = value
        self.allowed = allowed

    def __str__(self) -> str:
        """One line: the field, the value (cut, where it is long) and what is allowed."""
        return f"{self.field} {_shortened(self.value)} is not allowed: {self.allowed}"


class InvalidAmount(InvalidInput):
    """The value is no amount of USDC.

    Args:
        value: The refused value, as it came.
        allowed: What would have been accepted, in words.
    """

    code: ClassVar[str] = "INVALID_AMOUNT"

    def __init__(self, value: object, allowed: str) -> None:
        super().__init__("amount", value, allowed)

    def __reduce__(self) -> tuple[type[InvalidAmount], tuple[object, str]]:
        """Keep pickling (worker processes) in step with the shorter constructor."""
        return type(self), (self.value, self.allowed)


class InvalidTerms(InvalidInput):
    """One term of a run lies outside the limits of RUN-2; `field` names it."""

    code: ClassVar[str] = "INVALID_TERMS"


class InvalidTime(InvalidInput):
    """The value is no point in time.

    Args:
        value: The refused value, as it came.
        allowed: What would have been accepted, in words.
    """

    code: ClassVar[str] = "INVALID_TIME"

    def __init__(self, value: object, allowed: str) -> None:
        super().__init__("time", value, allowed)

    def __reduce__(self) -> tuple[type[InvalidTime], tuple[object, str]]:
        """Keep pickling (worker processes) in step with the shorter constructor."""
        return type(self), (self.value, self.allowed)


class TextTooLong(InvalidInput):
    """A text has more bytes of UTF-8 than the contract takes (RUN-27).

    Args:
        field: What the text was meant to be, in the caller's words ("feedback").
        value: The refused text.
        length: Its bytes.
        max: How many are allowed.
    """

    code: ClassVar[str] = "TEXT_TOO_LONG"

    def __init__(self, field: str, value: str, length: int, max: int) -> None:
        super().__init__(field, value, f"it has {length} bytes of UTF-8, {max} at most are allowed")
        self.length = length
        self.max = max

    def __reduce__(self) -> tuple[type[TextTooLong], tuple[object, ...]]:
        """Keep pickling (worker processes) in step with the other constructor."""
        return type(self), (self.field, self.value, self.length, self.max)


class Reverted(AgentEscrowError):
    """A rule of the contracts refused a call.

    Args:
        name: The contract's custom error ("NotPoster").
        arguments: Its values by parameter name, in the order of its declaration.
    """

    code: ClassVar[str] = "REVERTED"

    def __init__(self, name: str, arguments: Mapping[str, object] | None = None) -> None:
        super().__init__(name, dict(arguments or {}))
        self.name = name
        self.arguments: dict[str, object] = dict(arguments or {})

    @property
    def values(self) -> tuple[object, ...]:
        """The values alone, in the order of the error's declaration."""
        return tuple(self.arguments.values())

    def __str__(self) -> str:
        """Like Solidity with named arguments: `NotAgent(runId=1, caller=0x…)`."""
        return (
            f"{self.name}({', '.join(f'{key}={value}' for key, value in self.arguments.items())})"
        )


class ContractReverted(Reverted):
    """A deployed contract refused a call or a transaction.

    Args:
        name: The contract's custom error, or "Error" for a revert string.
        arguments: Its decoded values by parameter name, in the order of its declaration.
        words: The same as one sentence for people; whoever decodes the revert knows the words.
    """

    code: ClassVar[str] = "CONTRACT_REVERTED"

    def __init__(
        self, name: str, arguments: Mapping[str, object] | None = None, words: str = ""
    ) -> None:
        super().__init__(name, arguments)
        self.args = (name, self.arguments, words)
        self.words = words

    def __str__(self) -> str:
        """The words, followed by the error they stand for."""
        return f"{self.words} [{super().__str__()}]" if self.words else super().__str__()


class ChainProblem(AgentEscrowError):
    """The chain, the node or the account cannot do what was asked now."""

    code: ClassVar[str] = "CHAIN_PROBLEM"


class NodeUnreachable(ChainProblem):
    """Nobody answers at the RPC endpoint, or not in time."""

    code: ClassVar[str] = "NODE_UNREACHABLE"


class NodeRefused(ChainProblem):
    """The node answered with an error that is no revert."""

    code: ClassVar[str] = "NODE_REFUSED"


class NodeBehind(NodeRefused):
    """The node does not have the block of our last transaction, so what it says is out of date.

    Args:
        block: The block.
        words: What the node says.
    """

    code: ClassVar[str] = "NODE_BEHIND"

    def __init__(self, block: int, words: str) -> None:
        super().__init__(block, words)
        self.block = block
        self.words = words

    def __str__(self) -> str:
        """One line: what is missing, and what helps."""
        return (
            f"the node is behind: it does not have block {self.block}, where our last transaction "
            f"is ({self.words}); try again, or use another node"
        )


class NodeBusy(NodeRefused):
    """The node takes no more questions for now: -32005 of JSON-RPC, or 429."""

    code: ClassVar[str] = "NODE_BUSY"


class TooExpensive(ChainProblem):
    """The node asks for more than a transaction may offer; nothing was signed.

    Args:
        what: "wei a gas", "gas", or "wei for gas" of a budget for several transactions.
        asked: By the node.
        allowed: At most: `max_fee`, what such a call can take, or what is left of the budget.
    """

    code: ClassVar[str] = "TOO_EXPENSIVE"

    def __init__(self, what: str, asked: int, allowed: int) -> None:
        super().__init__(what, asked, allowed)
        self.what = what
        self.asked = asked
        self.allowed = allowed

    def __str__(self) -> str:
        """One line with both numbers, and what helps where it is a setting."""
        helps = "; max_fee, or MAX_FEE_GWEI, allows more" if self.what == "wei a gas" else ""
        asked = _shortened(self.asked)
        return f"the node asks for {asked} {self.what}, and {self.allowed} are allowed{helps}"


class WrongChain(ChainProblem):
    """The node serves another chain than was meant.

    Args:
        expected: Chain id that was meant.
        actual: Chain id of the node.
    """

    code: ClassVar[str] = "WRONG_CHAIN"

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(expected, actual)
        self.expected = expected
        self.actual = actual

    def __str__(self) -> str:
        """One line with both ids."""
        return f"wrong chain: the deployment is on chain {self.expected}, the node on {self.actual}"


class OtherChain(ChainProblem):
    """The node serves another chain with the same id, or a fork that left it before our contracts.

    Args:
        chain_id: The id of both.
        block: Number of the block that was compared: the one of the deployment.
        expected: Its hash by the record.
        actual: Its hash at the node; None where the node does not have the block.
    """

    code: ClassVar[str] = "OTHER_CHAIN"

    def __init__(self, chain_id: int, block: int, expected: str, actual: str | None) -> None:
        super().__init__(chain_id, block, expected, actual)
        self.chain_id = chain_id
        self.block = block
        self.expected = expected
        self.actual = actual

    def __str__(self) -> str:
        """One line: which block tells, and what helps."""
        chain = f"another chain with id {self.chain_id}, or a fork of it"
        if self.actual is None:
            return (
                f"this node serves {chain}, or is still behind: it lacks block {self.block}, in "
                "which the contracts of the record were deployed"
            )
        return (
            f"this node serves {chain}: its block {self.block} is {self.actual}, the record's is "
            f"{self.expected}; use a node of the record's chain, or a record of this one"
        )


class DeploymentUnknown(ChainProblem):
    """There is no record of contracts for the chain, or it does not fit the chain."""

    code: ClassVar[str] = "DEPLOYMENT_UNKNOWN"


class DeploymentUnreadable(DeploymentUnknown):
    """The file that was named is not there, or is no record of contracts."""

    code: ClassVar[str] = "DEPLOYMENT_UNREADABLE"


class DeploymentDiffers(DeploymentUnknown):
    """The chain has something else at an address than the record says; nothing was signed.

    Args:
        network: The record's name.
        what: What was compared ("code of RunEscrow at 0x…").
        expected: What the record says.
        actual: What the chain says.
    """

    code: ClassVar[str] = "DEPLOYMENT_DIFFERS"

    def __init__(self, network: str, what: str, expected: str, actual: str) -> None:
        super().__init__(network, what, expected, actual)
        self.network = network
        self.what = what
        self.expected = expected
        self.actual = actual

    def __str__(self) -> str:
        """One line: what differs, and both values."""
        return (
            f"the contracts on this chain are not those of the record {self.network}: "
            f"{self.what} is {self.actual}, the record says {self.expected}"
        )


class InsufficientFunds(ChainProblem):
    """An account has less than a transaction takes.

    Args:
        asset: "USDC" or "ETH".
        account: Whose balance it is.
        words: How much is there and how much is needed.
    """

    code: ClassVar[str] = "INSUFFICIENT_FUNDS"

    def __init__(self, asset: str, account: str, words: str) -> None:
        super().__init__(asset, account, words)
        self.asset = asset
        self.account = account
        self.words = words

    def __str__(self) -> str:
        """One line: who lacks what."""
        return f"insufficient {self.asset}: {self.account} {self.words}"


class ApprovalNeeded(ChainProblem):
    """USDC takes no signature of a payer whose account has code that vouches for none.

    Such an account delegates to a contract (EIP-7702), or is a smart-contract wallet. It pays by an
    allowance, which it sets by a transaction of its own.

    Args:
        spender: The contract that has to be allowed.
        amount: Base units.
    """

    code: ClassVar[str] = "APPROVAL_NEEDED"

    def __init__(self, account: str, spender: str, amount: int) -> None:
        super().__init__(account, spender, amount)
        self.account = account
        self.spender = spender
        self.amount = amount

    def __str__(self) -> str:
        """One line: why, and what helps."""
        return (
            f"USDC takes no signature of {self.account}: the account has code (EIP-7702, or a "
            "smart wallet) that does not vouch for it. Have it send a transaction that calls "
            f"approve({self.spender}, {self.amount}) of USDC; that allowance pays then"
        )


class TransactionFailed(ChainProblem):
    """A transaction was sent, but its outcome is bad or unknown.

    Args:
        words: What is known.
    """

    code: ClassVar[str] = "TRANSACTION_FAILED"

    def __init__(self, transaction: str, words: str) -> None:
        super().__init__(transaction, words)
        self.transaction = transaction
        self.words = words

    def __str__(self) -> str:
        """One line with the hash to look for."""
        return f"transaction {self.transaction}: {self.words}"


class IndexProblem(AgentEscrowError):
    """The indexer's database cannot be used, or does not fit the chain."""

    code: ClassVar[str] = "INDEX_PROBLEM"


class DatabaseUnusable(IndexProblem):
    """The database cannot be opened, or has the schema of another version.

    Args:
        database: Its address, without a password.
        words: What is wrong, and what helps.
    """

    code: ClassVar[str] = "DATABASE_UNUSABLE"

    def __init__(self, database: str, words: str) -> None:
        super().__init__(database, words)
        self.database = database
        self.words = words

    def __str__(self) -> str:
        """One line: which database, and why not."""
        return f"database {self.database}: {self.words}"


class OtherDeployment(IndexProblem):
    """The database was filled from other contracts, or from another chain."""

    code: ClassVar[str] = "OTHER_DEPLOYMENT"


class ReorganisedTooDeep(IndexProblem):
    """The node has other blocks than the database, deeper than the database can go back.

    Args:
        indexed: Block up to which the database had come.
        lowest: Lowest block that it can go back to, and that is another one on the chain now.
    """

    code: ClassVar[str] = "REORGANISED_TOO_DEEP"

    def __init__(self, indexed: int, lowest: int) -> None:
        super().__init__(indexed, lowest)
        self.indexed = indexed
        self.lowest = lowest

    def __str__(self) -> str:
        """One line: what happened, and what helps."""
        return (
            f"the node has other blocks than the database (at block {self.indexed}) down to block "
            f"{self.lowest}, the lowest that it can go back to: the node serves a fork, or the "
            "chain was reorganised deeper than that; ask another node, and only where it says the "
            "same, index into an empty database"
        )


class IndexWrong(IndexProblem):
    """The sums in the database are not what a contract says that it owes.

    Args:
        contract: "RunEscrow" or "StakeRegistry".
        block: Block at which they were compared.
        indexed: What the events add up to, base units.
        owed: What `totalOwed()` says, base units.
    """

    code: ClassVar[str] = "INDEX_WRONG"

    def __init__(self, contract: str, block: int, indexed: int, owed: int) -> None:
        super().__init__(contract, block, indexed, owed)
        self.contract = contract
        self.block = block
        self.indexed = indexed
        self.owed = owed

    def __str__(self) -> str:
        """One line with both sums."""
        return (
            f"at block {self.block} the events of {self.contract} add up to {self.indexed} base "
            f"units, but it owes {self.owed}: the node keeps events back, or they were read wrong"
        )


class RunsMissing(IndexWrong):
    """The database has not as many runs as the contract counts.

    Args:
        block: Block at which they were compared.
        indexed: How many the events have begun.
        counted: What `runCount()` says.
    """

    code: ClassVar[str] = "RUNS_MISSING"

    def __init__(self, block: int, indexed: int, counted: int) -> None:
        super().__init__("runs", block, indexed, counted)

    def __reduce__(self) -> tuple[type[RunsMissing], tuple[object, ...]]:
        """Keep pickling (worker processes) in step with the shorter constructor."""
        return type(self), (self.block, self.indexed, self.owed)

    def __str__(self) -> str:
        """One line with both numbers."""
        return (
            f"at block {self.block} the events have begun {self.indexed} runs, but the contract "
            f"counts {self.owed}: the node keeps events back; use another one"
        )


class EventsMissing(IndexProblem):
    """There is an event, but not one that must have come before it.

    Args:
        words: Which, and what is missing.
        block: Block of the event that is there.
    """

    code: ClassVar[str] = "EVENTS_MISSING"

    def __init__(self, words: str, block: int) -> None:
        super().__init__(words, block)
        self.words = words
        self.block = block

    def __str__(self) -> str:
        """One line: what is missing, and what helps."""
        return (
            f"block {self.block} has {self.words}: the node keeps events back, or kept them back "
            "when that block was indexed; index into an empty database, from another node"
        )


class RowsDiffer(IndexProblem):
    """The database has something else than the contract says at the indexed block.

    Args:
        what: What was compared ("run 7").
        block: Block at which it was.
        indexed: What the events have made of it.
        said: What the contract says.
    """

    code: ClassVar[str] = "ROWS_DIFFER"

    def __init__(self, what: str, block: int, indexed: object, said: object) -> None:
        super().__init__(what, block, indexed, said)
        self.what = what
        self.block = block
        self.indexed = indexed
        self.said = said

    def __str__(self) -> str:
        """One line with both, and what helps."""
        return (
            f"at block {self.block} the database has {_shortened(self.indexed)} for {self.what}, "
            f"but the contract says {_shortened(self.said)}: the node kept events back; index into "
            "an empty database, from another node"
        )


class RelayProblem(AgentEscrowError):
    """The relayer does not take a signed request."""

    code: ClassVar[str] = "RELAY_PROBLEM"


class RequestRefused(RelayProblem):
    """A request is not signed by its signer, expired, out of order, or not for the relayer."""

    code: ClassVar[str] = "REQUEST_REFUSED"


class RequestOutOfOrder(RequestRefused):
    """A request's nonce is not the next of its signer: another request came in between."""

    code: ClassVar[str] = "REQUEST_OUT_OF_ORDER"


class TooManyRequests(RelayProblem):
    """Somebody asks for too much at a time.

    Args:
        words: Of what there is too much.
        retry_after: Seconds after which it may be asked again.
    """

    code: ClassVar[str] = "TOO_MANY_REQUESTS"

    def __init__(self, words: str, retry_after: int) -> None:
        super().__init__(words, retry_after)
        self.words = words
        self.retry_after = retry_after

    def __str__(self) -> str:
        """One line: what is too much, and when to come again."""
        return f"{self.words}: try again in {self.retry_after} s"


class RelayerUnavailable(RelayProblem):
    """The relayer can pay for nothing now, or for nothing of this kind; nothing was sent.

    Args:
        reason: Why, as a sentence without its point.
        retry_after: Seconds after which it may be otherwise.
    """

    code: ClassVar[str] = "RELAYER_UNAVAILABLE"

    def __init__(self, reason: str, retry_after: int) -> None:
        super().__init__(reason, retry_after)
        self.reason = reason
        self.retry_after = retry_after

    def __str__(self) -> str:
        """The reason, and who else can send it."""
        return f"{self.reason}: try again in {self.retry_after} s, or send the call yourself"


class KeyShared(RelayProblem):
    """The relayer's account has sent requests that its database does not know: it stops.

    Args:
        transaction: One of those that carry such requests.
    """

    code: ClassVar[str] = "KEY_SHARED"

    def __init__(self, account: str, transaction: str) -> None:
        super().__init__(account, transaction)
        self.account = account
        self.transaction = transaction

    def __str__(self) -> str:
        """What was seen, and what to do."""
        return (
            f"another relayer sends with the key of {self.account}: its transaction "
            f"{self.transaction} is in no row of this database; give each database a key of its own"
        )


class ServiceProblem(AgentEscrowError):
    """The REST API cannot be used, or what it says makes no sense."""

    code: ClassVar[str | int] = "SERVICE_PROBLEM"


class ServiceUnreachable(ServiceProblem):
    """Nobody answers at the address of the API, or not in time."""

    code: ClassVar[str | int] = "SERVICE_UNREACHABLE"


class UntrustedRequest(ServiceProblem):
    """The service asked for a signature under something that the caller did not mean."""

    code: ClassVar[str | int] = "UNTRUSTED_REQUEST"


class Contradicted(ServiceProblem):
    """The API said one thing, and the chain, by the word of the caller's own node, another.

    Args:
        subject: What it is about: "run 7".
        field: What of it.
        said: By the API.
        found: On the chain.
        done: What the caller has done all the same, and must not do again; None for nothing.
    """

    code: ClassVar[str] = "CONTRADICTED"

    def __init__(
        self, subject: str, field: str, said: object, found: object, done: str | None = None
    ) -> None:
        super().__init__(subject, field, said, found, done)
        self.subject = subject
        self.field = field
        self.said = said
        self.found = found
        self.done = done

    def __str__(self) -> str:
        """One line: both answers, and what is done already."""
        said, found = _shortened(self.said), _shortened(self.found, 160)
        words = f"{self.subject}: {self.field} is {said} by the API, and {found} on the chain"
        return words if self.done is None else f"{words}; {self.done} is done, do not repeat it"


class StillPending(ServiceProblem):
    """A write was sent, but it is not mined, or not indexed, within the time allowed.

    Args:
        what: Transaction or request that is under way.
        words: What is known.
    """

    code: ClassVar[str | int] = "STILL_PENDING"

    def __init__(self, what: str, words: str) -> None:
        super().__init__(what, words)
        self.what = what
        self.words = words

    def __str__(self) -> str:
        """One line with what to look for."""
        return f"{self.what}: {self.words}"


class Refused(ServiceProblem):
    """A rule said no, by the API or by the contract itself: the same error either way (API-3).

    Args:
        status: HTTP status; also the instance's `.code`.
        error: Stable name of the kind of error ("NOT_ELIGIBLE", "NotPoster").
        detail: One sentence for people.
        reasons: Sentences, one for each reason.
        reason_codes: Stable names of the reasons, in the same order.
        retry_after: Seconds after which it may be asked again, where the API says so.
    """

    code: ClassVar[str | int] = "REFUSED"

    def __init__(
        self,
        status: int,
        error: str,
        detail: str,
        reasons: Sequence[str] = (),
        reason_codes: Sequence[str] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(status, error, detail, reasons, reason_codes, retry_after)
        self.code = status  # type: ignore[misc]  # a number: users of the SDK compare it (API-7)
        self.status = status
        self.error = error
        self.detail = detail
        self.reasons = list(reasons) or [detail]
        self.reason_codes = list(reason_codes) or [error]
        self.retry_after = retry_after

    def __str__(self) -> str:
        """The sentence, with its kind and number."""
        return f"{self.detail} [{self.error}, {self.status}]"


def _shortened(value: object, limit: int = 60) -> str:
    if isinstance(value, int) and value.bit_length() > 4 * limit:
        return f"a number of {value.bit_length()} bits"  # Python refuses to print very large ones
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
