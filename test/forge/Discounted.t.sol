// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Books} from "../../contracts/collateral/Books.sol";
import {DiscountedFacility} from "../../contracts/collateral/DiscountedFacility.sol";
import {IDiscountedFacility} from "../../contracts/interfaces/IDiscountedFacility.sol";
import {DiscountedHandler} from "./DiscountedHandler.sol";
import {ZusdHandler} from "./ZusdHandler.sol";
import {ZusdInvariants} from "./ZusdInvariants.sol";

contract DiscountedInvariants is ZusdInvariants {
    error DiscountedInvariants_Custody(uint256 facility, uint256 collateral, uint256 reserve, uint256 held);
    error DiscountedInvariants_Rounding(uint256 facility, uint256 most, uint256 kept);
    error DiscountedInvariants_Flow(uint256 facility, uint256 reserve, uint256 held);
    error DiscountedInvariants_PaidMore(uint256 facility, uint256 put, uint256 taken);
    error DiscountedInvariants_Debts(uint256 facility, uint256 sum, uint256 debt);
    error DiscountedInvariants_Ceiling(uint256 facility, uint256 ceiling, uint256 debt);
    error DiscountedInvariants_Bucket(uint256 facility, uint256 id, uint256 bucket, uint256 highest);
    error DiscountedInvariants_Books(uint256 expected, uint256 debts);
    error DiscountedInvariants_Tally(uint256 liquidations, uint256 redemptions, uint256 badDebts);

    DiscountedHandler private _handler;
    Books private _books;

    function setUp() external {
        _handler = new DiscountedHandler();
        _books = _handler.books();
    }

    function invariantDiscounted() external view {
        uint256 debts = 0;
        for (uint256 i = 0; i < _handler.FACILITIES(); ++i) {
            DiscountedHandler.Sight memory sight = _handler.sightOf(i);
            _checkCollateral(i, sight);
            _checkDebts(i, sight);
            _checkBuckets(i, sight);
            debts += sight.debt;
        }
        if (debts != _books.discountedDebt()) revert DiscountedInvariants_Books(debts, _books.discountedDebt());
        _checkZusd(debts + _handler.peggedDebt());
    }

    /// @dev I1, I3: positions have what came in less what went out, but for units that rounding kept. No unit is paid twice.
    function _checkCollateral(uint256 i, DiscountedHandler.Sight memory sight) private view {
        uint256 collateral = 0;
        for (uint256 j = 0; j < sight.positions.length; ++j) collateral += sight.positions[j].collateral;
        if (collateral > sight.reserve || sight.reserve > sight.held) {
            revert DiscountedInvariants_Custody(i, collateral, sight.reserve, sight.held);
        }
        DiscountedHandler.Flow memory flow = _handler.flowOf(i);
        uint256 most = flow.kept + _handler.staleOf(i);
        uint256 kept = sight.reserve - collateral;
        if (kept > most) revert DiscountedInvariants_Rounding(i, most, kept);
        if (flow.taken > flow.put) revert DiscountedInvariants_PaidMore(i, flow.put, flow.taken);
        bool isWhole = sight.reserve == flow.put - flow.taken && sight.held == sight.reserve + flow.given;
        if (!isWhole) revert DiscountedInvariants_Flow(i, sight.reserve, sight.held);
    }

    /// @dev I3: debts are rounded up, by less than two units a position.
    function _checkDebts(uint256 i, DiscountedHandler.Sight memory sight) private view {
        (uint256 sum, uint256 most) = (0, sight.debt);
        for (uint256 j = 0; j < sight.positions.length; ++j) {
            sum += sight.positions[j].debt;
            if (sight.positions[j].debt != 0) most += 2;
        }
        bool isWithin = sight.debt <= sum && (sum < most || sum == sight.debt);
        if (!isWithin) revert DiscountedInvariants_Debts(i, sum, sight.debt);
        uint256 ceiling = _books.ceilingOf(address(_handler.facilityAt(i)));
        if (sight.debt > ceiling) revert DiscountedInvariants_Ceiling(i, ceiling, sight.debt);
    }

    /// @dev A label bounds its position's debt, whatever others did since; the highest bounds all.
    function _checkBuckets(uint256 i, DiscountedHandler.Sight memory sight) private view {
        DiscountedFacility facility = _handler.facilityAt(i);
        uint256 highest = facility.totals().highestBucket;
        uint256 whole = 10 ** _handler.decimalsOf(i);
        for (uint256 j = 0; j < sight.positions.length; ++j) {
            IDiscountedFacility.Position memory position = sight.positions[j];
            // Rounding takes a unit in each epoch.
            uint256 most = (position.collateral + 1 + sight.epoch) * facility.basePrice() * position.bucket;
            bool isBound = position.bucket == 255 || (position.debt - _least(position.debt, 2)) * whole * 100 <= most;
            if (!isBound || position.bucket > highest) {
                revert DiscountedInvariants_Bucket(i, j + 1, position.bucket, highest);
            }
        }
    }

    function _checkTally() internal view override {
        uint256 least = _least(_handler.liquidations(), _least(_handler.redemptions(), _handler.badDebts()));
        if (_handler.asked() > 300 && least == 0) {
            revert DiscountedInvariants_Tally(_handler.liquidations(), _handler.redemptions(), _handler.badDebts());
        }
    }

    function _zusdHandler() internal view override returns (ZusdHandler) {
        return _handler;
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
