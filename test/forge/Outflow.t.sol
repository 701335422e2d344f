// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Vault} from "../../contracts/vault/Vault.sol";
import {OutflowHandler} from "./OutflowHandler.sol";

contract OutflowInvariants {
    error OutflowInvariants_Beyond(uint256 local, uint256 since, uint256 most, uint256 released);
    error OutflowInvariants_Balance(uint256 local, uint256 expected, uint256 actual);
    error OutflowInvariants_Unbacked(uint256 local, uint256 owed, uint256 actual);
    error OutflowInvariants_Fees(uint256 expected, uint256 actual);

    OutflowHandler private _handler;
    Vault private _vault;

    function setUp() external {
        _handler = new OutflowHandler();
        _vault = _handler.vault();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariantOutflow() external view {
        for (uint256 local = 1; local <= _handler.TOKENS(); ++local) {
            _checkBound(local);
            _checkMoney(local);
        }
        (, , uint256 uncollected) = _vault.requestFees();
        uint256 fees = _handler.fees() * 1 gwei;
        if (uncollected != fees) revert OutflowInvariants_Fees(fees, uncollected);
    }

    /// @dev X11, V13: since any time t ago at most limit·(1 + t/day) left, however it was split.
    function _checkBound(uint256 local) private view {
        uint256 limit = _handler.limitOf(local);
        if (limit == 0) return;
        uint256 released = _handler.released(local);
        OutflowHandler.Mark[] memory marks = _handler.marks(local);
        for (uint256 i = 0; i < marks.length; ++i) {
            uint256 most = limit + (limit * (block.timestamp - marks[i].time)) / 1 days;
            uint256 since = released - marks[i].released;
            if (since > most) revert OutflowInvariants_Beyond(local, marks[i].time, most, since);
        }
    }

    /// @dev V11: the vault has what came in and did not leave, the fees apart, and owes no more than that of what is delayed and claimable.
    function _checkMoney(uint256 local) private view {
        OutflowHandler.Money memory money = _handler.money(local);
        uint256 fees = local == 1 ? _handler.fees() * 1 gwei : 0;
        uint256 actual = _handler.held(local);
        uint256 expected = money.credited - money.paid + fees;
        if (actual != expected) revert OutflowInvariants_Balance(local, expected, actual);
        uint256 owed = money.delayed + money.claimable + fees;
        if (owed > actual) revert OutflowInvariants_Unbacked(local, owed, actual);
    }
}
