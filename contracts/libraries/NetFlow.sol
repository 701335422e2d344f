// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title Bounds on what flows in and out of a pool in a time
/// @notice A refilling bucket in either direction: the net flow, in less out, decays towards 0 by a direction's limit per window, and
///   never exceeds the limit. So over any time t at most limit·(1 + t/window) leaves, beyond what came in meanwhile; and whoever goes in and
///   out uses up nothing.
library NetFlow {
    /// @notice The net flow would exceed the direction's limit.
    error NetFlow_Exceeded(uint256 limit, uint256 flow);

    uint256 internal constant WINDOW = 1 days;

    /// @param net Net flow as of `time`, unix seconds.
    /// @param limitIn Inward limit, below 2^112.
    /// @param limitOut Outward limit, likewise.
    /// @return The net flow as of now.
    function current(int256 net, uint256 time, uint256 limitIn, uint256 limitOut) internal view returns (int256) {
        uint256 elapsed = block.timestamp - time;
        uint256 size = uint256(net < 0 ? -net : net);
        uint256 decay = ((net < 0 ? limitOut : limitIn) * elapsed) / WINDOW;
        if (elapsed >= WINDOW || decay >= size) return 0;
        return net < 0 ? -int256(size - decay) : int256(size - decay);
    }

    /// @param net Net flow as of now.
    /// @return The net flow after `amount`, below 2^112, came in.
    function enter(int256 net, uint256 amount, uint256 limit) internal pure returns (int256) {
        net += int256(amount);
        if (net > int256(limit)) revert NetFlow_Exceeded(limit, uint256(net));
        return net;
    }

    /// @param net Net flow as of now.
    /// @return The net flow after `amount`, below 2^112, went out.
    function leave(int256 net, uint256 amount, uint256 limit) internal pure returns (int256) {
        net -= int256(amount);
        if (net < -int256(limit)) revert NetFlow_Exceeded(limit, uint256(-net));
        return net;
    }
}
