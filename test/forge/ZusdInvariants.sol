// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {ZusdHandler} from "./ZusdHandler.sol";

/// @title What holds for a chain's zUSD, whatever it was minted for
abstract contract ZusdInvariants {
    error ZusdInvariants_Books(int256 zusd, uint256 debts);
    error ZusdInvariants_Balances(uint256 expected, uint256 supply);
    error ZusdInvariants_Refused(uint256 asked, uint256 accepted);

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_zusdHandler());
    }

    /// @dev A handler that is refused everything shows nothing.
    function afterInvariant() external view {
        (uint256 asked, uint256 accepted) = (_zusdHandler().asked(), _zusdHandler().accepted());
        if (asked <= 100) return;
        if (accepted * 10 < asked * 6) revert ZusdInvariants_Refused(asked, accepted);
        _checkTally();
    }

    /// @dev What must have happened in a run that was long enough.
    function _checkTally() internal view virtual {}

    /// @dev I2, and nobody but the users has zUSD.
    /// @param debts Of all facilities.
    function _checkZusd(uint256 debts) internal view {
        ZusdHandler handler = _zusdHandler();
        uint256 supply = handler.zusd().totalSupply();
        int256 all = int256(supply + handler.zusd().abroad()) + handler.books().buffer();
        if (all != int256(debts)) revert ZusdInvariants_Books(all, debts);
        if (handler.balances() != supply) revert ZusdInvariants_Balances(handler.balances(), supply);
    }

    function _zusdHandler() internal view virtual returns (ZusdHandler);
}
