// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Ordering} from "../../contracts/rollup/Ordering.sol";
import {ChainStatus, Post} from "../../contracts/types/Types.sol";
import {OrderingHandler} from "./OrderingHandler.sol";

contract OrderingInvariants {
    error OrderingInvariants_Status(uint256 chain, string what);
    error OrderingInvariants_Oldest(uint64 suspended, uint256 expected, uint256 actual);

    OrderingHandler private _handler;
    Ordering private _ordering;

    function setUp() external {
        _handler = new OrderingHandler();
        _ordering = _handler.ordering();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @notice What is taken, known and oldest is what a model says that looks at every request.
    function invariantOrdering() external view {
        for (uint256 chain = 1; chain <= _handler.CHAINS() + 1; ++chain) _checkStatus(chain);
        _checkOldest(0);
        // Another one after each batch that is tried.
        _checkOldest(uint64((_handler.admitted() + _handler.refused()) % 8) << 1);
    }

    function _checkOldest(uint64 suspended) private view {
        uint256 expected = _handler.oldestKnown(suspended);
        uint256 actual = _ordering.oldestKnown(suspended);
        if (actual != expected) revert OrderingInvariants_Oldest(suspended, expected, actual);
    }

    function _checkStatus(uint256 chain) private view {
        ChainStatus memory status = _ordering.statusOf(uint8(chain));
        (uint256 consumed, uint256 known, uint256 length) = _handler.modelOf(chain);
        (uint256 lease, uint256 acknowledged) = _handler.leaseOf(chain);
        _require(status.consumed == consumed, chain, "consumed is not what was taken");
        _require(consumed <= length, chain, "more consumed than queued");
        _require(status.known == known && known <= length, chain, "known is not what was posted");
        _require(status.lease == lease && status.acknowledged == acknowledged, chain, "lease or acknowledgement");
        if (known > consumed) {
            Post memory first = _ordering.postOf(uint8(chain), status.firstPost);
            _require(first.end > consumed, chain, "the first post is consumed");
        }
        if (status.firstPost != 0) {
            Post memory last = _ordering.postOf(uint8(chain), status.firstPost - 1);
            _require(last.end <= consumed, chain, "a post was left out");
        }
    }

    function _require(bool holds, uint256 chain, string memory what) private pure {
        if (!holds) revert OrderingInvariants_Status(chain, what);
    }
}
