"""What people sign instead of sending transactions: permits, authorizations, forwarder requests."""

from __future__ import annotations

from eth_abi.abi import encode
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

FOREVER = 2**48 - 1
"""A deadline that no test lives to see; the most that a forwarder request holds."""

_TYPES = {
    "Permit": "address owner,address spender,uint256 value,uint256 nonce,uint256 deadline",
    "ReceiveWithAuthorization": (
        "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce"
    ),
    "TransferWithAuthorization": (
        "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce"
    ),
    "CancelAuthorization": "address authorizer,bytes32 nonce",
    "AgentWalletSet": "uint256 agentId,address newWallet,address owner,uint256 deadline",
    "ForwardRequest": (
        "address from,address to,uint256 value,uint256 gas,uint256 nonce,uint48 deadline,bytes data"
    ),
}
_TERMS = "(uint64,uint40,uint8,uint8,uint8)"


class Signing:
    """Signs for accounts; `signer` is always who holds the key.

    Where an ERC-1271 wallet pays, `payer` is the wallet and `signer` its holder.
    """

    def __init__(self, chain_id: int, usdc, identity, forwarder) -> None:
        """Know the EIP-712 domains."""
        self._usdc = usdc
        self._forwarder = forwarder
        self._domains = {
            "Permit": _domain("USDC", "2", chain_id, usdc),
            "ReceiveWithAuthorization": _domain("USDC", "2", chain_id, usdc),
            "TransferWithAuthorization": _domain("USDC", "2", chain_id, usdc),
            "CancelAuthorization": _domain("USDC", "2", chain_id, usdc),
            "AgentWalletSet": _domain("ERC8004IdentityRegistry", "1", chain_id, identity),
            "ForwardRequest": _domain("agentescrow", "1", chain_id, forwarder),
        }

    def sign(self, signer, kind: str, **values) -> bytes:
        """Sign any of the messages.

        Args:
            signer: Holder of the key.
            kind: Name of the EIP-712 type.
            values: Its fields; `from_` stands for `from`.

        Returns:
            65 bytes: r, s, v.
        """
        fields = [
            dict(zip(("type", "name"), f.split(), strict=True)) for f in _TYPES[kind].split(",")
        ]
        message = {
            name.rstrip("_"): getattr(value, "address", value) for name, value in values.items()
        }
        return signer.sign_message(
            encode_typed_data(self._domains[kind], {kind: fields}, message)
        ).encode_rsv()

    def permit(self, signer, spender, amount: int, *, deadline: int = FOREVER, payer=None) -> bytes:
        """Sign an EIP-2612 permit with the payer's next nonce."""
        payer = payer or signer
        return self.sign(
            signer,
            "Permit",
            owner=payer,
            spender=spender,
            value=amount,
            nonce=self._usdc.nonces(payer),
            deadline=deadline,
        )

    def stake_authorization(
        self,
        signer,
        registry,
        agent_id: int,
        amount: int,
        *,
        salt=bytes(32),
        window=(0, FOREVER),
        payer=None,
    ) -> tuple:
        """Sign an EIP-3009 authorization to stake (STAKE-1); returns the Authorization."""
        purpose = keccak(encode(["uint256", "bytes32"], [agent_id, salt]))
        return self._authorization(signer, registry, amount, purpose, salt, window, payer)

    def run_authorization(
        self,
        signer,
        escrow,
        terms: tuple,
        uri: str,
        amount: int,
        *,
        salt=bytes(32),
        window=(0, FOREVER),
        payer=None,
    ) -> tuple:
        """Sign an EIP-3009 authorization to post a run; returns the Authorization."""
        purpose = keccak(encode([_TERMS, "bytes32", "bytes32"], [terms, keccak(text=uri), salt]))
        return self._authorization(signer, escrow, amount, purpose, salt, window, payer)

    def wallet_consent(self, wallet, agent_id: int, owner, deadline: int) -> bytes:
        """Sign that an account is willing to be an agent's wallet."""
        return self.sign(
            wallet,
            "AgentWalletSet",
            agentId=agent_id,
            newWallet=wallet,
            owner=owner,
            deadline=deadline,
        )

    def request(
        self,
        signer,
        target,
        data: bytes,
        *,
        gas: int = 1_000_000,
        deadline: int = FOREVER,
        speaker=None,
    ) -> tuple:
        """Sign a call for a relayer to pay, with the speaker's next nonce.

        Args:
            signer: Holder of the key.
            target: Contract called.
            data: Calldata.
            gas: What the call may use.
            deadline: Last unix second at which it may be sent.
            speaker: In whose name the call is made, where that is not the signer.

        Returns:
            The ForwardRequestData.
        """
        speaker = speaker or signer
        signature = self.sign(
            signer,
            "ForwardRequest",
            from_=speaker,
            to=target,
            value=0,
            gas=gas,
            nonce=self._forwarder.nonces(speaker),
            deadline=deadline,
            data=bytes(data),
        )
        return (speaker.address, target.address, 0, gas, deadline, bytes(data), signature)

    def _authorization(self, signer, to, amount, purpose, salt, window, payer) -> tuple:
        payer = payer or signer
        after, before = window
        signature = self.sign(
            signer,
            "ReceiveWithAuthorization",
            from_=payer,
            to=to,
            value=amount,
            validAfter=after,
            validBefore=before,
            nonce=purpose,
        )
        return (payer.address, after, before, salt, signature)


def _domain(name: str, version: str, chain_id: int, contract) -> dict:
    return {
        "name": name,
        "version": version,
        "chainId": chain_id,
        "verifyingContract": contract.address,
    }
