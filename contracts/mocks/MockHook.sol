// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @notice Mock: a hook of a Hyperlane mailbox that charges nothing and remembers what it was told.
contract MockHook {
    bytes public lastMetadata;

    function postDispatch(bytes calldata metadata, bytes calldata) external payable {
        lastMetadata = metadata;
    }

    function quoteDispatch(bytes calldata, bytes calldata) external pure returns (uint256) {
        return 0;
    }
}
