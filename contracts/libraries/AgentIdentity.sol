// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";

import {IIdentityRegistry} from "../interfaces/IIdentityRegistry.sol";

/// @title What an IdentityRegistry says of an agent, without trusting that it answers
/// @notice A call that reverts, or answers with nonsense, counts as "no such agent" instead of reverting here.
library AgentIdentity {
    /// @notice The agent's payout wallet.
    /// @dev An agent that has a wallet exists: a wallet does not outlive a transfer of its NFT. So the owner is asked for
    /// only where there is none.
    /// @param identity Registry asked.
    /// @param agentId Agent.
    /// @return known Whether the registry knows the agent and answered.
    /// @return wallet The agent's wallet, or the owner where none is set.
    function tryPayoutWallet(IIdentityRegistry identity, uint256 agentId)
        internal
        view
        returns (bool known, address wallet)
    {
        (known, wallet) = _readAddress(identity, abi.encodeCall(IIdentityRegistry.getAgentWallet, (agentId)));
        if (known && wallet == address(0)) return tryOwnerOf(identity, agentId);
    }

    /// @notice Holder of the agent's NFT.
    /// @param identity Registry asked.
    /// @param agentId Agent.
    /// @return known Whether the registry knows the agent.
    /// @return owner Holder of the NFT.
    function tryOwnerOf(IIdentityRegistry identity, uint256 agentId) internal view returns (bool known, address owner) {
        (known, owner) = _readAddress(identity, abi.encodeCall(IIdentityRegistry.ownerOf, (agentId)));
        known = known && owner != address(0);
    }

    /// @notice Whether `account` owns the agent's NFT or is approved for it.
    /// @param identity Registry asked.
    /// @param agentId Agent.
    /// @param account Account asked about.
    /// @return answered Whether the registry answered with yes or no.
    /// @return authorized The answer; false where there is none.
    function tryIsAuthorized(IIdentityRegistry identity, uint256 agentId, address account)
        internal
        view
        returns (bool answered, bool authorized)
    {
        uint256 word;
        (answered, word) = _read(identity, abi.encodeCall(IIdentityRegistry.isAuthorizedOrOwner, (account, agentId)));
        // Any other word is no boolean.
        if (!answered || word > 1) return (false, false);
        authorized = word == 1;
    }

    /// @notice Whether `account` may act for the agent: owner, approved, operator or wallet.
    /// @param identity Registry asked.
    /// @param agentId Agent; for an unknown one nobody may.
    /// @param account Account asked about.
    /// @return operator The answer.
    function isOperator(IIdentityRegistry identity, uint256 agentId, address account)
        internal
        view
        returns (bool operator)
    {
        (bool known, address wallet) = tryPayoutWallet(identity, agentId);
        if (!known) return false;
        (, operator) = tryIsOperator(identity, agentId, wallet, account);
    }

    /// @notice The same where the payout wallet is known already.
    /// @param identity Registry asked.
    /// @param agentId Agent.
    /// @param wallet The agent's payout wallet.
    /// @param account Account asked about.
    /// @return answered Whether the registry answered with yes or no, where it had to be asked.
    /// @return operator The answer; false where there is none.
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
        // An answer with dirty upper bits is no address. The cast is safe by that.
        if (!answered || word > type(uint160).max) return (false, address(0));
        return (true, address(uint160(word)));
    }

    /// Looks at the first word of the answer only, however long a hostile registry makes it.
    function _read(IIdentityRegistry identity, bytes memory question) private view returns (bool, uint256) {
        // There is no second word in any answer.
        // slither-disable-next-line unused-return
        (bool success, bytes32 answer,) = LowLevelCall.staticcallReturn64Bytes(address(identity), question);
        // An address without code succeeds with an empty answer.
        if (!success || LowLevelCall.returnDataSize() < 32) return (false, 0);
        return (true, uint256(answer));
    }
}
