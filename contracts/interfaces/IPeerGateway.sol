// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IGateway} from "./IGateway.sol";

/// @title A gateway that carries messages from and to its peers, one on each other chain
/// @notice A message carries no native coin, has no attributes, and calls nothing but its recipient's `receiveMessage`.
/// @notice A message is delivered at most once. A delivery that reverts, for the recipient's or for want of gas, changes nothing and
///   may be tried again by anyone. The order of delivery is not that of sending.
/// @dev Recipients are ERC-7930 addresses of EVM chains in their one canonical form: no leading zero in the chain id, nothing
///   after the address.
interface IPeerGateway is IGateway {
    struct Peer {
        address gateway;
        /// @dev By what number the protocol that carries the messages calls the peer's chain.
        uint256 domain;
    }

    struct Message {
        /// @dev The first message of a gateway has nonce 1, to whatever chain it goes.
        uint256 nonce;
        address sender;
        address recipient;
        bytes payload;
    }

    /// @notice A recipient is not a canonical address of an EVM chain, or it is the zero address.
    error Gateway_InvalidRecipient(bytes recipient);
    /// @notice No peer is registered for the chain.
    error Gateway_UnknownChain(uint256 chainId);
    /// @notice A message does not come from the registered peer of a known domain.
    error Gateway_NotPeer(uint256 domain, bytes32 sender);
    /// @notice A peer's chain, domain or address is zero.
    error Gateway_ZeroPeer();
    /// @notice The domain belongs to another chain's peer.
    error Gateway_DomainTaken(uint256 domain, uint256 chainId);
    /// @notice What should be a contract has no code.
    error Gateway_NoCode(address account);
    /// @notice Less native coin came with a message than it costs.
    error Gateway_InsufficientFee(uint256 fee, uint256 value);
    /// @notice The sender does not take back what was not spent.
    error Gateway_RefundFailed(address sender);
    /// @notice A delivery carries native coin.
    error Gateway_ValueRefused(uint256 value);
    /// @notice This message was delivered before.
    error Gateway_AlreadyDelivered(bytes32 receiveId);
    /// @notice The recipient did not acknowledge the message.
    error Gateway_NotAcknowledged(address recipient);

    event PeerSet(uint256 indexed chainId, uint256 indexed domain, address gateway);
    event PeerRemoved(uint256 indexed chainId);
    /// @notice The protocol took a message, and knows it by this id.
    event MessageDispatched(uint256 indexed nonce, bytes32 indexed protocolId);
    event MessageDelivered(bytes32 indexed receiveId, address indexed recipient);

    /// @notice Forgets the peer of a chain: nothing is sent to it or delivered from it any more. Restricted.
    function removePeer(uint256 chainId) external;

    /// @return The peer on a chain; zeros: there is none.
    /// @param chainId Of EIP-155.
    function peerOf(uint256 chainId) external view returns (Peer memory);

    /// @return chainId The chain that the protocol calls by this number; 0: none that has a peer.
    function chainOf(uint256 domain) external view returns (uint256 chainId);

    /// @return Messages sent.
    function nonce() external view returns (uint256);

    /// @param receiveId keccak256(abi.encode(chain id of the source, gateway there, nonce)).
    function delivered(bytes32 receiveId) external view returns (bool);
}
