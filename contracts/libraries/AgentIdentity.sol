// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";

import {IIdentityRegistry} from "../interfaces/IIdentityRegistry.sol";

/// @title Reads an IdentityRegistry without relying on its answers
/// @notice A call that reverts or returns a malformed answer counts as "unknown agent" and does not revert here.
library AgentIdentity {
    /// @notice Reads the agent's payout wallet.
    /// @dev An agent with a wallet exists, since a transfer of the NFT clears the wallet. The owner is therefore read
    /// only if no wallet is set.
    /// @param identity Registry to read.
    /// @param agentId Agent.
    /// @return known Whether the registry answered and knows the agent.
    /// @return wallet The agent's wallet, or the owner if none is set.
    function tryPayoutWallet(IIdentityRegistry identity, uint256 agentId)
        internal
        view
        returns (bool known, address wallet)
    {
        (known, wallet) = _readAddress(identity, abi.encodeCall(IIdentityRegistry.getAgentWallet, (agentId)));
        if (known && wallet == address(0)) return tryOwnerOf(identity, agentId);
    }

    /// @notice Reads the owner of the agent's NFT.
    /// @param identity Registry to read.
    /// @param agentId Agent.
    /// @return known Whether the registry knows the agent.
    /// @return owner Owner of the NFT.
    function tryOwnerOf(IIdentityRegistry identity, uint256 agentId) internal view returns (bool known, address owner) {
        (known, owner) = _readAddress(identity, abi.encodeCall(IIdentityRegistry.ownerOf, (agentId)));
        known = known && owner != address(0);
    }

    /// @notice Reads whether `account` owns the agent's NFT or is approved for it.
    /// @param identity Registry to read.
    /// @param agentId Agent.
    /// @param account Account to check.
    /// @return answered Whether the registry answered with a boolean.
    /// @return authorized The answer, or false without one.
    function tryIsAuthorized(IIdentityRegistry identity, uint256 agentId, address account)
        internal
        view
        returns (bool answered, bool authorized)
    {
        uint256 word;
        (answered, word) = _read(identity, abi.encodeCall(IIdentityRegistry.isAuthorizedOrOwner, (account, agentId)));
        // Any other word is not a boolean.
        if (!answered || word > 1) return (false, false);
        authorized = word == 1;
    }

    /// @notice Reads whether `account` may act for the agent as its owner, approved account, operator or wallet.
    /// @param identity Registry to read.
    /// @param agentId Agent; false for an unknown one.
    /// @param account Account to check.
    /// @return operator True if it may.
    function isOperator(IIdentityRegistry identity, uint256 agentId, address account)
        internal
        view
        returns (bool operator)
    {
        (bool known, address wallet) = tryPayoutWallet(identity, agentId);
        if (!known) return false;
        (, operator) = tryIsOperator(identity, agentId, wallet, account);
    }

    /// @notice Does the same with a payout wallet that is already known.
    /// @param identity Registry to read.
    /// @param agentId Agent.
    /// @param wallet The agent's payout wallet.
    /// @param account Account to check.
    /// @return answered Whether the registry answered with a boolean; true if it was not asked.
    /// @return operator The answer, or false without one.
    function tryIsOperator(IIdentityRegistry identity, uint256 agentId, address wallet, address account)
        internal
        view
        returns (bool answered, bool operator)
    {
        if (account == wallet) return (true, true);
        return tryIsAuthorized(identity, agentId, account);
    }

    function _readAddress(IIdentityRegistry identity, bytes memory question) private view returns (bool, address) {
        (bool answered, uint256 word) = _read(identity, question);
        // A word with dirty upper bits is not an address; this check makes the cast safe.
        if (!answered || word > type(uint160).max) return (false, address(0));
        return (true, address(uint160(word)));
    }

    /// Reads only the first word, so that a hostile registry cannot return a costly amount of data.
    function _read(IIdentityRegistry identity, bytes memory question) private view returns (bool, uint256) {
        // No answer has a second word.
        // slither-disable-next-line unused-return
        (bool success, bytes32 answer,) = LowLevelCall.staticcallReturn64Bytes(address(identity), question);
        // A call to an address without code succeeds with an empty answer.
        if (!success || LowLevelCall.returnDataSize() < 32) return (false, 0);
        return (true, uint256(answer));
    }
}
