// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title Bounds on what flows in and out of a pool in a time
/// @notice A refilling bucket in either direction: the net flow, in less out, decays towards 0 by a direction's limit per window, and never exceeds the limit.
///   So over any time t at most limit·(1 + t/window) leaves, beyond what came in meanwhile; and whoever goes in and out uses up nothing.
library NetFlow {
    /// @notice The net flow would exceed the direction's limit.
    error NetFlow_Exceeded(uint256 limit, uint256 flow);

    uint256 internal constant WINDOW = 1 days;

    /// @dev One storage slot.
    struct Flow {
        /// @dev In less out, as of `time`.
        int128 net;
        uint64 time;
    }

    /// @notice Notes that `amount` comes in.
    /// @param limitIn The inward limit, below 2^112; `limitOut` the outward.
    function enter(Flow storage flow, uint256 amount, uint256 limitIn, uint256 limitOut) internal {
        int256 net = current(flow, limitIn, limitOut) + int256(amount);
        if (net > int256(limitIn)) revert NetFlow_Exceeded(limitIn, uint256(net));
        (flow.net, flow.time) = (int128(net), uint64(block.timestamp));
    }

    /// @notice Notes that `amount` goes out.
    function leave(Flow storage flow, uint256 amount, uint256 limitIn, uint256 limitOut) internal {
        int256 net = current(flow, limitIn, limitOut) - int256(amount);
        if (net < -int256(limitOut)) revert NetFlow_Exceeded(limitOut, uint256(-net));
        (flow.net, flow.time) = (int128(net), uint64(block.timestamp));
    }

    /// @return The net flow as of now.
    function current(Flow storage flow, uint256 limitIn, uint256 limitOut) internal view returns (int256) {
        int256 net = flow.net;
        uint256 elapsed = block.timestamp - flow.time;
        uint256 size = uint256(net < 0 ? -net : net);
        uint256 decay = ((net < 0 ? limitOut : limitIn) * elapsed) / WINDOW;
        if (elapsed >= WINDOW || decay >= size) return 0;
        return net < 0 ? -int256(size - decay) : int256(size - decay);
    }
}
