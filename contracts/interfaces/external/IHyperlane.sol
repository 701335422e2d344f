// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title What is used of Hyperlane's Mailbox
interface IHyperlaneMailbox {
    /// @param hookMetadata For the default hook, which has it delivered: gas, and whom it refunds.
    /// @return messageId The message's id on both chains.
    function dispatch(
        uint32 destinationDomain,
        bytes32 recipient,
        bytes calldata body,
        bytes calldata hookMetadata
    ) external payable returns (bytes32 messageId);

    function quoteDispatch(
        uint32 destinationDomain,
        bytes32 recipient,
        bytes calldata body,
        bytes calldata hookMetadata
    ) external view returns (uint256 fee);
}

/// @title What Hyperlane's mailbox asks of a recipient
interface IHyperlaneRecipient {
    /// @notice Takes a message that the recipient's security module accepted. Only the mailbox may call it.
    function handle(uint32 origin, bytes32 sender, bytes calldata body) external payable;
}

/// @title Decides whether the mailbox delivers a message (Hyperlane's interchain security module)
interface IHyperlaneSecurityModule {
    function verify(bytes calldata metadata, bytes calldata message) external returns (bool);
}

/// @title A recipient that chooses its security module
interface IHyperlaneSecurityModuleChoice {
    /// @return The module; zero would mean the mailbox's default.
    function interchainSecurityModule() external view returns (IHyperlaneSecurityModule);
}
