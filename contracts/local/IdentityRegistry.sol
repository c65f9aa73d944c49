// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Errors are strings, as in the canonical registry.
// solhint-disable gas-custom-errors

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721URIStorage} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721URIStorage.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title IdentityRegistry
/// @notice FOR LOCAL CHAINS ONLY. Stand-in for the ERC-8004 IdentityRegistry, at its address on Base Sepolia. Behaves
/// like version 2.0.0 in everything that agents and the escrow use. Never deploy it to a public chain.
/// @dev The runtime code is placed at the address directly, so nothing depends on the constructor: names are constants,
/// and the EIP-712 domain is computed on each call.
contract IdentityRegistry is ERC721URIStorage, IERC5267 {
    /// @notice Entry of an agent's metadata.
    struct MetadataEntry {
        string metadataKey;
        bytes metadataValue;
    }

    bytes32 private constant AGENT_WALLET_SET_TYPEHASH =
        keccak256("AgentWalletSet(uint256 agentId,address newWallet,address owner,uint256 deadline)");
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    string private constant DOMAIN_NAME = "ERC8004IdentityRegistry";
    string private constant DOMAIN_VERSION = "1";
    uint256 private constant MAX_DEADLINE_DELAY = 5 minutes;
    string private constant WALLET_KEY = "agentWallet";

    uint256 private _nextId;
    mapping(uint256 agentId => mapping(string key => bytes value)) private _metadata;

    /// @notice An agent was registered.
    event Registered(uint256 indexed agentId, string agentURI, address indexed owner);

    /// @notice A metadata entry of the agent was written; the key "agentWallet" holds its wallet.
    event MetadataSet(
        uint256 indexed agentId, string indexed indexedMetadataKey, string metadataKey, bytes metadataValue
    );

    /// @notice The URI of the agent's registration file changed.
    event URIUpdated(uint256 indexed agentId, string newURI, address indexed updatedBy);

    /// @notice Sets nothing that matters; it does not run on local chains.
    constructor() ERC721("", "") {}

    /// @notice Registers an agent, with the caller as owner and wallet.
    /// @return agentId New id, starting at 0.
    function register() external returns (uint256 agentId) {
        return _register("", new MetadataEntry[](0));
    }

    /// @notice Registers an agent with a registration file.
    /// @param agentURI URI of the registration file.
    /// @return agentId New id.
    function register(string calldata agentURI) external returns (uint256 agentId) {
        return _register(agentURI, new MetadataEntry[](0));
    }

    /// @notice Registers an agent with a registration file and metadata.
    /// @param agentURI URI of the registration file.
    /// @param metadata Further entries; the key "agentWallet" is reserved.
    /// @return agentId New id.
    function register(string calldata agentURI, MetadataEntry[] calldata metadata) external returns (uint256 agentId) {
        return _register(agentURI, metadata);
    }

    /// @notice Changes the URI of the registration file.
    /// @param agentId Agent that the caller controls.
    /// @param newURI New URI.
    function setAgentURI(uint256 agentId, string calldata newURI) external {
        _requireController(agentId);
        _setTokenURI(agentId, newURI);
        emit URIUpdated(agentId, newURI, msg.sender);
    }

    /// @notice Writes a metadata entry.
    /// @param agentId Agent that the caller controls.
    /// @param metadataKey Key; "agentWallet" is reserved.
    /// @param metadataValue Value.
    function setMetadata(uint256 agentId, string calldata metadataKey, bytes calldata metadataValue) external {
        _requireController(agentId);
        _requireFreeKey(metadataKey);
        _setMetadata(agentId, metadataKey, metadataValue);
    }

    /// @notice Sets the agent's wallet; the wallet must sign its consent.
    /// @param agentId Agent that the caller controls.
    /// @param newWallet New wallet: an account with a key, or an ERC-1271 contract.
    /// @param deadline Last unix second at which the signature is valid, at most five minutes ahead.
    /// @param signature Signature of the wallet over AgentWalletSet(agentId, newWallet, owner, deadline).
    function setAgentWallet(uint256 agentId, address newWallet, uint256 deadline, bytes calldata signature) external {
        address owner = _requireController(agentId);
        require(newWallet != address(0), "bad wallet");
        require(block.timestamp <= deadline, "expired");
        require(deadline <= block.timestamp + MAX_DEADLINE_DELAY, "deadline too far");

        bytes32 message = keccak256(abi.encode(AGENT_WALLET_SET_TYPEHASH, agentId, newWallet, owner, deadline));
        bytes32 digest = MessageHashUtils.toTypedDataHash(_domainSeparator(), message);
        // Tries ECDSA first, since an account with a key may also have code (EIP-7702).
        (address signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
        require(
            signer == newWallet || SignatureChecker.isValidERC1271SignatureNow(newWallet, digest, signature),
            "invalid wallet sig"
        );
        _setMetadata(agentId, WALLET_KEY, abi.encodePacked(newWallet));
    }

    /// @notice Clears the agent's wallet.
    /// @param agentId Agent that the caller controls.
    function unsetAgentWallet(uint256 agentId) external {
        _requireController(agentId);
        _setMetadata(agentId, WALLET_KEY, "");
    }

    /// @notice Returns the agent's wallet.
    /// @param agentId Any id.
    /// @return wallet Wallet; zero after a transfer, after `unsetAgentWallet` and for an unknown agent.
    function getAgentWallet(uint256 agentId) external view returns (address wallet) {
        return address(bytes20(_metadata[agentId][WALLET_KEY]));
    }

    /// @notice Returns a metadata entry.
    /// @param agentId Any id.
    /// @param metadataKey Any key.
    /// @return metadataValue Value; empty if nothing is stored.
    function getMetadata(uint256 agentId, string calldata metadataKey)
        external
        view
        returns (bytes memory metadataValue)
    {
        return _metadata[agentId][metadataKey];
    }

    /// @notice Returns whether an account is the agent's owner, approved for it, or an operator of its owner; reverts
    /// for an unknown agent.
    /// @param spender Account to check.
    /// @param agentId Agent.
    /// @return True if it controls the agent.
    function isAuthorizedOrOwner(address spender, uint256 agentId) external view returns (bool) {
        return _isAuthorized(ownerOf(agentId), spender, agentId);
    }

    /// @inheritdoc IERC5267
    function eip712Domain()
        external
        view
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory)
    {
        return (hex"0f", DOMAIN_NAME, DOMAIN_VERSION, block.chainid, address(this), bytes32(0), new uint256[](0));
    }

    /// @notice Returns the version of the canonical registry that this one follows.
    /// @return Version.
    function getVersion() external pure returns (string memory) {
        return "2.0.0";
    }

    /// @inheritdoc ERC721
    function name() public pure override returns (string memory) {
        return "AgentIdentity";
    }

    /// @inheritdoc ERC721
    function symbol() public pure override returns (string memory) {
        return "AGENT";
    }

    /// @dev A transfer clears the wallet, which was chosen by the previous owner.
    function _update(address to, uint256 agentId, address auth) internal override returns (address from) {
        from = _ownerOf(agentId);
        if (from != address(0) && to != address(0)) {
            _setMetadata(agentId, WALLET_KEY, "");
        }
        return super._update(to, agentId, auth);
    }

    /// @dev Follows the canonical registry's order: first the mint and the receiver's callback, then the events of the
    /// registration. The wallet is stored before the mint, so that a transfer in the callback clears it.
    function _register(string memory agentURI, MetadataEntry[] memory metadata) private returns (uint256 agentId) {
        agentId = _nextId++;
        bytes memory wallet = abi.encodePacked(msg.sender);
        _metadata[agentId][WALLET_KEY] = wallet;
        _safeMint(msg.sender, agentId);
        _setTokenURI(agentId, agentURI);
        emit Registered(agentId, agentURI, msg.sender);
        emit MetadataSet(agentId, WALLET_KEY, WALLET_KEY, wallet);
        for (uint256 i = 0; i < metadata.length; ++i) {
            _requireFreeKey(metadata[i].metadataKey);
            _setMetadata(agentId, metadata[i].metadataKey, metadata[i].metadataValue);
        }
    }

    function _setMetadata(uint256 agentId, string memory key, bytes memory value) private {
        _metadata[agentId][key] = value;
        emit MetadataSet(agentId, key, key, value);
    }

    function _requireController(uint256 agentId) private view returns (address owner) {
        owner = ownerOf(agentId);
        require(_isAuthorized(owner, msg.sender, agentId), "Not authorized");
    }

    function _domainSeparator() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256(bytes(DOMAIN_NAME)),
                keccak256(bytes(DOMAIN_VERSION)),
                block.chainid,
                address(this)
            )
        );
    }

    function _requireFreeKey(string memory key) private pure {
        require(keccak256(bytes(key)) != keccak256(bytes(WALLET_KEY)), "reserved key");
    }
}
