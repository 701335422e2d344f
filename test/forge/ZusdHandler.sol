// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {Books} from "../../contracts/collateral/Books.sol";
import {PeggedFacility} from "../../contracts/collateral/PeggedFacility.sol";
import {IFacility} from "../../contracts/interfaces/IFacility.sol";
import {PegParameters} from "../../contracts/interfaces/IPeggedFacility.sol";
import {IssuerToken} from "../../contracts/mocks/IssuerToken.sol";
import {MockPriceSource} from "../../contracts/mocks/MockPriceSource.sol";
import {Zusd} from "../../contracts/stable/Zusd.sol";
import {CHEATS} from "./ICheats.sol";
import {Handler} from "./Handler.sol";
import {Random} from "./Random.sol";

/// @title Random users of a chain's zUSD: its books, who holds it, and how often they were refused
abstract contract ZusdHandler is Handler {
    using Random for Random.Source;

    uint256 public constant USERS = 4;
    uint256 internal constant _ONE = 1e18;

    AccessManager internal immutable _manager;
    Books public immutable books;
    Zusd public zusd;
    address[] internal _users;

    /// @notice Calls that the contracts could refuse, and those that they took.
    uint256 public asked;
    uint256 public accepted;

    constructor() {
        _manager = new AccessManager(address(this));
        books = new Books(address(_manager));
        _users = [address(0xA11CE), address(0xB0B), address(0xCAFE), address(0xD0E)];
    }

    /// @return sum zUSD of all users.
    function balances() external view returns (uint256 sum) {
        for (uint256 i = 0; i < USERS; ++i) sum += zusd.balanceOf(_users[i]);
    }

    function _bindZusd(address vault) internal {
        zusd = new Zusd(address(books), vault);
        books.bindZusd(zusd);
    }

    function _newPegged(
        uint8 decimals,
        PegParameters memory parameters,
        uint256 ceiling
    ) internal returns (PeggedFacility facility, IssuerToken token, MockPriceSource source) {
        token = new IssuerToken("USD", decimals);
        source = new MockPriceSource();
        facility = new PeggedFacility(address(_manager), books, address(token), source, parameters);
        _register(facility, token, ceiling, 1 << 110);
    }

    /// @dev Takes a facility into the books, and gives each user of its token.
    function _register(IFacility facility, IssuerToken token, uint256 ceiling, uint256 each) internal {
        books.add(facility, ceiling);
        for (uint256 i = 0; i < USERS; ++i) token.mint(_users[i], each);
        _approve(token, address(facility));
    }

    function _approve(IssuerToken token, address spender) internal {
        for (uint256 i = 0; i < USERS; ++i) {
            CHEATS.prank(_users[i]);
            token.approve(spender, type(uint256).max);
        }
    }

    /// @dev Somebody makes bad debt good, as far as its zUSD goes.
    function _cover(address rich) internal {
        int256 buffer = books.buffer();
        if (buffer >= 0) return;
        uint256 amount = _least(uint256(-buffer), zusd.balanceOf(rich));
        CHEATS.prank(rich);
        books.cover(amount);
    }

    /// @dev zUSD goes from one to another.
    function _transfer(Random.Source memory random) internal {
        address rich = _richest(random);
        uint256 amount = random.upTo(zusd.balanceOf(rich));
        CHEATS.prank(rich);
        _check(zusd.transfer(_users[random.below(USERS)], amount), "a transfer failed");
    }

    /// @return Of two users the one with more zUSD.
    function _richest(Random.Source memory random) internal view returns (address) {
        (address a, address b) = (_users[random.below(USERS)], _users[random.below(USERS)]);
        return zusd.balanceOf(a) > zusd.balanceOf(b) ? a : b;
    }

    function _least(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}
