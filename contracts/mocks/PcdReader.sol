// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IBooks, Report} from "../interfaces/IBooks.sol";
import {IPeggedFacility} from "../interfaces/IPeggedFacility.sol";

/// @notice Mock: all that is known of a chain's books and pegged facilities, in one call.
contract PcdReader {
    struct Facility {
        uint256 pot;
        uint256 fees;
        uint256 held;
        bool impaired;
        bool frozen;
        uint256 lastPrice;
        int256 netFlow;
    }

    function read(
        IBooks books,
        address[] calldata holders
    )
        external
        view
        returns (
            Report memory report,
            Facility[] memory facilities,
            uint256[] memory balances,
            uint256 impaired,
            uint256 aged
        )
    {
        report = books.books();
        facilities = new Facility[](report.facilities.length);
        for (uint256 i = 0; i < facilities.length; ++i) {
            IPeggedFacility facility = IPeggedFacility(report.facilities[i].facility);
            Facility memory f = facilities[i];
            (f.pot, f.fees, f.netFlow) = (facility.pot(), facility.fees(), facility.netFlow());
            f.held = IERC20(facility.token()).balanceOf(address(facility));
            (f.impaired, f.frozen, f.lastPrice) = facility.condition();
        }
        balances = new uint256[](holders.length);
        for (uint256 i = 0; i < balances.length; ++i) balances[i] = books.zusd().balanceOf(holders[i]);
        (impaired, aged) = (books.impaired(), books.agedPeggedDebt());
    }
}
