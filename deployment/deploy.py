"""Deploy the contracts: plan, confirm, send, verify, write the record."""

from __future__ import annotations

from collections.abc import Callable

from web3 import Web3

from agentescrow.chain.deployments import load
from agentescrow.chain.verification import block_hash, code_at, code_hash, require_recorded
from agentescrow.chain.wallet import Wallet
from agentescrow.domain.contracts import OURS
from agentescrow.errors import DeploymentUnknown, OtherChain
from deployment import checks, plan
from deployment.errors import CannotResume, Declined, NonceMoved, NotVerified
from deployment.execution import Execution, creation
from deployment.outlook import remarks
from deployment.parameters import DEPLOYER, Parameters
from deployment.plan import ESCROW, FORWARDER, ORDER, REGISTRY, Plan
from deployment.record import Created, Progress, Record, Records, compiler_of, now, source

Tell = Callable[[str], None]
Confirm = Callable[[], bool]


def deploy(
    w3: Web3,
    wallet: Wallet,
    parameters: Parameters,
    records: Records,
    *,
    owner: str | None = None,
    treasury: str | None = None,
    replace: bool = False,
    confirm: Confirm = lambda: True,
    tell: Tell = lambda _line: None,
) -> Record:
    """Deploy Forwarder, StakeRegistry and RunEscrow, unless they are deployed already.

    Resumes an attempt that stopped half way.

    Args:
        w3: Connection to the chain.
        wallet: Deploying account.
        parameters: Parameters of the network.
        records: Finished and unfinished deployments.
        owner: Overrides the parameters.
        treasury: Overrides the parameters.
        replace: Send pending transactions again, for a higher fee.
        confirm: Called once, after `tell` has printed the plan and before anything is sent.
        tell: Prints a line for the user.

    Returns:
        The record of the whole deployment.

    Raises:
        DeploymentError: It cannot continue; the message says what to do.
    """
    path = records.path(parameters.network)
    checks.before(w3, parameters)
    done = _finished(w3, parameters, records, tell)
    if done is not None:
        _require_nothing_new(done, wallet, owner=owner, treasury=treasury)
        if replace:
            raise CannotResume("--replace changes nothing: all is deployed already")
        tell(f"{parameters.network}: all is deployed already, nothing to do ({path})")
        return done
    progress = _begun(w3, wallet, parameters, records, tell)
    if replace and (progress is None or not progress.transactions):
        raise CannotResume("--replace changes nothing: no transaction of a deployment is pending")
    settled = parameters.settled(
        wallet.address,
        owner=owner or (progress.owner if progress else None),
        treasury=treasury or (progress.treasury if progress else None),
    )
    nonce = progress.nonce if progress else w3.eth.get_transaction_count(wallet.address)
    whole = plan.make(settled, wallet.address, nonce)
    if progress is not None:
        _require_same(whole, progress)
    cost = checks.funds(w3, whole)
    tell(whole.described())
    tell("\n".join(["", *remarks(w3, whole, cost)]))
    if not confirm():
        raise Declined("nothing was sent")
    execution = Execution(w3, wallet, whole, tell)
    progress = _sent(execution, whole, progress or _first_progress(w3, whole), records, replace)
    addresses = {step.name: step.address for step in whole.steps}
    checks.after(w3, addresses, settled)
    record = _record(w3, whole, progress)
    records.finish(record)
    tell(f"{parameters.network}: deployed and verified, written to {path}")
    return record


def abandon(network: str, records: Records) -> str:
    """Forget an unfinished deployment and return a line that says what happened."""
    progress = records.progress(network)
    if progress is None:
        return f"{network}: there is no unfinished deployment"
    records.forget(network)
    sent = " and ".join(progress.transactions) or "nothing"
    return (
        f"{network}: abandoned; {sent} had been sent and stays unused. "
        "The next deployment starts over"
    )


def _finished(w3: Web3, parameters: Parameters, records: Records, tell: Tell) -> Record | None:
    record = records.record(parameters.network)
    if record is None:
        return None
    path = records.path(parameters.network)
    addresses = {each.name: getattr(record, each.key) for each in OURS}
    # The contracts' owner may have changed owner and treasury since.
    expected = parameters.model_copy(update={"owner": None, "treasury": None})
    try:
        checks.after(w3, addresses, expected)
        require_recorded(w3, load(path))
    except (NotVerified, DeploymentUnknown, OtherChain) as error:
        if parameters.is_public:
            raise NotVerified(f"{error}; to deploy this build, move {path} away") from None
        tell(f"{parameters.network}: {path} is of another chain or another build: deploying again")
        return None
    records.forget(parameters.network)
    return record


def _require_nothing_new(record: Record, wallet: Wallet, **given: str | None) -> None:
    """Refuse an owner or a treasury that would silently have no effect."""
    for name, value in given.items():
        wanted = wallet.address if value == DEPLOYER else value
        if wanted is not None and wanted != getattr(record, name):
            raise CannotResume(
                f"--{name} changes nothing: all is deployed already, with the {name} "
                f"{getattr(record, name)}; docs/operations.md says how to change it"
            )


def _begun(
    w3: Web3, wallet: Wallet, parameters: Parameters, records: Records, tell: Tell
) -> Progress | None:
    progress = records.progress(parameters.network)
    if progress is None:
        return None
    if not parameters.is_public and not _same_chain(w3, progress):
        tell(f"{parameters.network}: the chain was restarted: starting over")
        records.forget(parameters.network)
        return None
    if progress.deployer != wallet.address:
        raise CannotResume(
            f"{progress.deployer} began this deployment, not {wallet.address}: "
            "use that account, or give up with --abandon"
        )
    tell(f"{parameters.network}: resuming the deployment")
    return progress


def _same_chain(w3: Web3, progress: Progress) -> bool:
    if progress.block > w3.eth.block_number:
        return False
    return w3.eth.get_block(progress.block)["hash"].to_0x_hex() == progress.block_hash


def _require_same(whole: Plan, progress: Progress) -> None:
    changed = [s.name for s in whole.steps if s.init_code_hash != progress.init_code_hashes[s.name]]
    if changed:
        raise CannotResume(
            f"code or constructor arguments of {' and '.join(changed)} have changed "
            "since this deployment began: restore them, or give up with --abandon"
        )


def _first_progress(w3: Web3, whole: Plan) -> Progress:
    head = w3.eth.get_block("latest")
    return Progress(
        network=whole.parameters.network,
        chain_id=whole.parameters.chain_id,
        deployer=whole.deployer,
        owner=str(whole.parameters.owner),
        treasury=str(whole.parameters.treasury),
        nonce=whole.first_nonce,
        block=head["number"],
        block_hash=head["hash"].to_0x_hex(),
        init_code_hashes={step.name: step.init_code_hash for step in whole.steps},
        transactions={},
    )


def _sent(
    execution: Execution, whole: Plan, progress: Progress, records: Records, replace: bool
) -> Progress:
    records.keep(progress)
    try:
        for step in whole.steps:
            if execution.is_done(step):
                continue
            sent = execution.send(step, progress.transactions.get(step.name) if replace else None)
            progress = progress.with_transaction(step.name, sent)
            records.keep(progress)
            execution.wait(step, sent)
    except NonceMoved as moved:
        if not moved.stranded:
            records.forget(progress.network)
        raise
    return progress


def _record(w3: Web3, whole: Plan, progress: Progress) -> Record:
    created = {}
    for step in whole.steps:
        transaction, block = creation(
            w3, step.address, progress.transactions.get(step.name), progress.block
        )
        created[step.name] = Created(
            address=step.address,
            transaction=transaction,
            block=block,
            arguments=dict(step.arguments),
            encoded_arguments="0x" + step.encoded_arguments.hex(),
            code_hash=code_hash(code_at(w3, step.address)),
        )
    first = created[ORDER[0]].block
    begins = progress.block if first is None else first
    return Record(
        chain_id=whole.parameters.chain_id,
        network=whole.parameters.network,
        kind=whole.parameters.kind,
        usdc=whole.parameters.usdc.address,
        identity=whole.parameters.identity,
        forwarder=whole.address(FORWARDER),
        registry=whole.address(REGISTRY),
        runs=whole.address(ESCROW),
        treasury=str(whole.parameters.treasury),
        owner=str(whole.parameters.owner),
        block=begins,
        block_hash=block_hash(w3, begins) or "",
        deployer=whole.deployer,
        contracts=created,
        compiler=compiler_of(ESCROW),
        source=source(),
        time=now(),
    )
