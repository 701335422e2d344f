// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IPeerGateway} from "./IPeerGateway.sol";
import {
    IHyperlaneMailbox,
    IHyperlaneRecipient,
    IHyperlaneSecurityModule,
    IHyperlaneSecurityModuleChoice
} from "./external/IHyperlane.sol";

/// @title A gateway over Hyperlane
/// @notice A domain is Hyperlane's. A message is delivered when this gateway's own security module accepts it, never by the
///   mailbox's default module. Anyone may bring it to the mailbox with what the module asks for, such as validators' signatures.
/// @dev The mailbox's default hook pays relayers: its owner can make messages dear or leave them lying, but cannot forge any.
///   Warning: where the mailbox is behind a proxy, who upgrades it can forge messages of this gateway.
interface IHyperlaneGateway is IPeerGateway, IHyperlaneRecipient, IHyperlaneSecurityModuleChoice {
    /// @notice The caller is not the mailbox.
    error HyperlaneGateway_NotMailbox(address caller);

    event SecurityModuleSet(address indexed module);

    /// @notice Registers or replaces the peer of a chain. Restricted.
    function setPeer(uint256 chainId, uint32 domain, address gateway) external;

    /// @notice Names the module that accepts messages, those on their way too. Restricted.
    function setSecurityModule(IHyperlaneSecurityModule module) external;

    function mailbox() external view returns (IHyperlaneMailbox);
}
