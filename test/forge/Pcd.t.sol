// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Books} from "../../contracts/collateral/Books.sol";
import {PeggedFacility} from "../../contracts/collateral/PeggedFacility.sol";
import {Zusd} from "../../contracts/stable/Zusd.sol";
import {PcdHandler} from "./PcdHandler.sol";
import {ZusdHandler} from "./ZusdHandler.sol";
import {ZusdInvariants} from "./ZusdInvariants.sol";

contract PcdInvariants is ZusdInvariants {
    error PcdInvariants_Custody(uint256 facility, uint256 owed, uint256 held);
    error PcdInvariants_Reserve(uint256 facility, uint256 reserve, uint256 debt);
    error PcdInvariants_Debts(uint256 expected, uint256 debts);
    error PcdInvariants_Abroad(uint256 expected, uint256 abroad);
    error PcdInvariants_Unbacked(uint256 claims, uint256 reserves);
    error PcdInvariants_Left(uint256 facility, uint256 allowance, uint256 balance);

    uint256 private constant _ONE = 1e18;

    PcdHandler private _handler;
    Books private _books;
    Zusd private _zusd;

    function setUp() external {
        _handler = new PcdHandler();
        (_books, _zusd) = (_handler.books(), _handler.zusd());
    }

    function invariantPcd() external view {
        (uint256 debts, uint256 reserves) = (0, 0);
        for (uint256 i = 0; i < _handler.FACILITIES(); ++i) {
            PeggedFacility facility = _handler.facilityAt(i);
            (uint256 reserve, uint256 debt) = (facility.reserve(), _books.debtOf(address(facility)));
            // I1, but for a loss that nobody has booked yet.
            uint256 owed = reserve + facility.pot() + facility.fees();
            if (owed > _handler.held(i) && !_handler.hasLost(i)) {
                revert PcdInvariants_Custody(i, owed, _handler.held(i));
            }
            // I3
            if (reserve * facility.scale() != debt) revert PcdInvariants_Reserve(i, reserve, debt);
            (debts, reserves) = (debts + debt, reserves + reserve * facility.scale());
            // Nothing of unifying or redeeming stays with the vault.
            uint256 allowance = _handler.allowanceOf(i);
            uint256 left = _zusd.balanceOf(address(_handler.vault()));
            if (allowance != 0 || left != 0) revert PcdInvariants_Left(i, allowance, left);
        }
        _checkZusd(debts);
        if (debts != _books.peggedDebt()) revert PcdInvariants_Debts(debts, _books.peggedDebt());
        uint256 abroad = _zusd.abroad();
        // What is in the rollup's hands: in its state, waiting, or claimable.
        uint256 expected = _handler.free() + _handler.waitingSum() + _handler.claimableSum();
        if (abroad != expected) revert PcdInvariants_Abroad(expected, abroad);
        // I4: without bad debt every zUSD has a unit of reserve behind it.
        uint256 claims = _zusd.totalSupply() + abroad;
        if (_books.buffer() >= 0 && claims > reserves) revert PcdInvariants_Unbacked(claims, reserves);
    }

    function _zusdHandler() internal view override returns (ZusdHandler) {
        return _handler;
    }
}
