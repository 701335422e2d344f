// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {LowWater} from "../libraries/LowWater.sol";
import {NetFlow} from "../libraries/NetFlow.sol";
import {PackedAmount} from "../libraries/PackedAmount.sol";
import {PegMath} from "../libraries/PegMath.sol";

/// @notice Mock: gives tests access to the libraries of books and facilities.
contract PcdHarness {
    using LowWater for LowWater.Mark;

    LowWater.Mark private _mark;

    function note(uint96 old, uint96 current) external {
        _mark.note(old, current);
    }

    function least(uint96 current) external view returns (uint256) {
        return _mark.least(current);
    }

    function current(int256 net, uint256 time, uint256 limitIn, uint256 limitOut) external view returns (int256) {
        return NetFlow.current(net, time, limitIn, limitOut);
    }

    function enter(int256 net, uint256 amount, uint256 limit) external pure returns (int256) {
        return NetFlow.enter(net, amount, limit);
    }

    function leave(int256 net, uint256 amount, uint256 limit) external pure returns (int256) {
        return NetFlow.leave(net, amount, limit);
    }

    function unpack(uint256 packed) external pure returns (uint256) {
        return PackedAmount.unpack(packed);
    }

    function packUp(uint256 amount) external pure returns (uint256) {
        return PackedAmount.packUp(amount);
    }

    function potential(uint256 reserve, uint256 target, uint256 kappa) external pure returns (uint256) {
        return PegMath.potential(reserve, target, kappa);
    }

    function charge(uint256 reserve, uint256 amount, uint256 target, uint256 kappa) external pure returns (uint256) {
        return PegMath.charge(reserve, amount, target, kappa);
    }

    function rebate(uint256 reserve, uint256 amount, uint256 target, uint256 kappa) external pure returns (uint256) {
        return PegMath.rebate(reserve, amount, target, kappa);
    }

    function shareUp(uint256 amount, uint256 share) external pure returns (uint256) {
        return PegMath.shareUp(amount, share);
    }
}
