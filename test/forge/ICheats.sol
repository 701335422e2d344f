// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title What these tests need of forge's cheatcodes
interface ICheats {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    /// @notice The next call comes from `sender`.
    function prank(address sender) external;
    /// @notice Sets a balance of native coin.
    function deal(address account, uint256 balance) external;
    /// @notice Sets the block's timestamp.
    function warp(uint256 timestamp) external;
    function recordLogs() external;
    /// @return Logs since `recordLogs`, or the last call of this function.
    function getRecordedLogs() external returns (Log[] memory);
}

/// @dev keccak256("hevm cheat code"), its low 160 bits.
ICheats constant CHEATS = ICheats(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
