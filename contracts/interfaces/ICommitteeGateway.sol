// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IPeerGateway} from "./IPeerGateway.sol";

/// @title A gateway of named attesters
/// @notice Each attester runs full nodes of its own for all chains. When a peer's `MessageSent` is final there, it signs what was
///   sent; a quorum of signatures delivers the message, by anyone's hand. There is no protocol between, and no fee.
/// @dev A signature is EIP-712's, for the domain ("Causeway committee gateway", "1", this chain, this contract) and
///   `Attestation(uint256 chainId,address gateway,uint256 nonce,address sender,address recipient,bytes payload)`:
///   the chain and the gateway that the message came from, and the message, whose nonce is the `sendId` of its `MessageSent`.
///   A domain is the chain id itself.
interface ICommitteeGateway is IPeerGateway {
    /// @notice There are more attesters than `MAX_ATTESTERS`.
    error CommitteeGateway_TooManyAttesters(uint256 count);
    /// @notice The quorum is not more than half of the attesters, or more than all.
    error CommitteeGateway_InvalidQuorum(uint256 quorum, uint256 attesters);
    /// @notice Attesters, or those who signed, are not in ascending order of their addresses.
    error CommitteeGateway_NotAscending(address previous, address attester);
    /// @notice Fewer signatures than the quorum.
    error CommitteeGateway_TooFewSignatures(uint256 quorum, uint256 signatures);
    /// @notice Who signed is no attester; or an attester signed something else.
    error CommitteeGateway_NotAttester(address signer);

    event CommitteeSet(address[] attesters, uint256 quorum);

    /// @notice Registers or replaces the peer of a chain. Restricted.
    function setPeer(uint256 chainId, address gateway) external;

    /// @notice Replaces all attesters and the quorum. Signatures of those who are attesters no more stop counting. Restricted.
    /// @param attesters_ Their addresses, ascending; at most `MAX_ATTESTERS`.
    /// @param quorum_ Signatures that a message needs: more than half of the attesters.
    function setCommittee(address[] calldata attesters_, uint256 quorum_) external;

    /// @notice Hands a message to its recipient. Anyone may.
    /// @param chainId Where the message came from.
    /// @param signatures `quorum` or more, in ascending order of the signers' addresses, each of 65 bytes.
    function deliver(uint256 chainId, Message calldata message, bytes[] calldata signatures) external;

    /// @return digest What attesters sign.
    function digestOf(uint256 chainId, Message calldata message) external view returns (bytes32 digest);

    function attesters() external view returns (address[] memory);

    function isAttester(address account) external view returns (bool);

    function quorum() external view returns (uint256);
}
