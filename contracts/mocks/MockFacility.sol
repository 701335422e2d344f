// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IBooks} from "../interfaces/IBooks.sol";
import {FacilityClass, FacilityStatus} from "../interfaces/IFacility.sol";

/// @notice Mock: a facility of any class that tells its books whatever it is told, and counts for as much as is set.
contract MockFacility {
    IBooks public books;
    address public token;
    FacilityClass public class;
    FacilityStatus public status;
    uint256 public reserve;
    uint256 public weight = 1e18;

    constructor(IBooks books_, address token_, FacilityClass class_) {
        (books, token, class) = (books_, token_, class_);
    }

    function setWeight(uint256 weight_) external {
        weight = weight_;
    }

    function issue(address to, uint256 amount) external {
        books.issue(to, amount);
    }

    function retire(address from, uint256 amount, uint256 debt) external {
        books.retire(from, amount, debt);
    }

    function writeOff(uint256 debt) external {
        books.writeOff(debt);
    }

    function earn(uint256 amount) external {
        books.earn(amount);
    }

    function setImpaired(bool impaired) external {
        books.setImpaired(impaired);
    }
}
