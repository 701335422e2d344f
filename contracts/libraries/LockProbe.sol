// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title Whether a pool is in the middle of a call of its own, seen from a view function
/// @notice The probe is a static call of a function that takes the pool's lock before it does anything else. If the lock is held it
///   reverts there and returns the gas. If not, it writes the lock, which a static call must not: that uses up all gas of the call and
///   answers nothing. A view function under the lock simply succeeds. In no case does anything change.
library LockProbe {
    /// @dev Three times what a lock's check costs; what a probe of a pool that is not locked uses up.
    uint256 private constant _GAS = 10_000;
    /// @dev With less, the call would not get all of its gas, and run out before it finds the lock held.
    uint256 internal constant MIN_GAS = 2 * _GAS;

    /// @param data A call that takes the lock first. The pool's account must have been read before, else that costs gas, too.
    /// @dev Warning: needs `MIN_GAS`, which the caller checks.
    function isLocked(address pool, bytes memory data) internal view returns (bool) {
        bool success;
        uint256 answered;
        uint256 used = gasleft();
        assembly ("memory-safe") {
            success := staticcall(_GAS, pool, add(data, 0x20), mload(data), 0x00, 0x00)
            answered := returndatasize()
        }
        used -= gasleft();
        return !success && (answered != 0 || used < _GAS);
    }
}
