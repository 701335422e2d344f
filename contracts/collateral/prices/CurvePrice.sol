// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IBandedPrice} from "../../interfaces/IBandedPrice.sol";
import {ICurvePool} from "../../interfaces/ICurvePool.sol";
import {LockProbe} from "../../libraries/LockProbe.sol";
import {ClampedPrice} from "./ClampedPrice.sol";

/// @title The price of a share of a Curve-style pool of tokens with one peg. See {IClampedPrice}; the rate is the virtual price
/// @notice The lower bound takes all tokens for the cheapest one, into which a pool turns when a peg breaks; the upper for the dearest.
/// @dev Warning: the probe must be a function that takes the pool's lock before it does anything else, as `withdraw_admin_fees()`,
///   `remove_liquidity(0, [0, 0])` or a `get_virtual_price()` under the lock does in some pools and not in others. Of which kind a pool
///   is can be read in its source only. A probe that fails for another reason refuses every price.
contract CurvePrice is ClampedPrice {
    uint256 private constant _ONE = 1e18;
    uint256 private constant _MIN_COINS = 2;
    uint256 private constant _MAX_COINS = 4;
    uint256 private constant _MAX_PROBE_WORDS = 8;

    struct Config {
        ICurvePool pool;
        /// @dev The pool's share: the pool itself or another contract; 18 decimals.
        address share;
        /// @dev Prices of the pool's tokens, in its order: 2 to 4, and as many as the pool has.
        IBandedPrice[] sources;
        /// @dev The probe's function.
        bytes4 probe;
        /// @dev Words of zero that it takes: 0 to 8.
        uint8 probeWords;
    }

    ICurvePool public immutable pool;

    uint256 private immutable _count;
    IBandedPrice private immutable _source0;
    IBandedPrice private immutable _source1;
    IBandedPrice private immutable _source2;
    IBandedPrice private immutable _source3;
    bytes4 private immutable _probe;
    uint8 private immutable _probeWords;

    /// @param zusd The chain's zUSD, which must not be in the pool.
    constructor(
        address authority,
        Config memory c,
        address zusd,
        uint256 maxGrowth_,
        uint256 tolerance_,
        uint256 minSupply_
    ) ClampedPrice(authority, c.share, maxGrowth_, tolerance_, minSupply_) {
        if (address(c.pool).code.length == 0) revert Price_NoCode(address(c.pool));
        if (zusd.code.length == 0) revert Price_NoCode(zusd);
        uint256 count = c.sources.length;
        if (count < _MIN_COINS || count > _MAX_COINS) revert Price_InvalidParameter("sources", count);
        if (c.probeWords > _MAX_PROBE_WORDS) revert Price_InvalidParameter("probeWords", c.probeWords);
        for (uint256 i = 0; i < count; ++i) {
            if (address(c.sources[i]).code.length == 0) revert Price_NoCode(address(c.sources[i]));
            if (c.pool.coins(i) == zusd) revert Price_OwnToken(zusd);
        }
        if (_hasCoin(c.pool, count)) revert Price_InvalidParameter("sources", count);
        (pool, _count, _probe, _probeWords) = (c.pool, count, c.probe, c.probeWords);
        (_source0, _source1) = (c.sources[0], c.sources[1]);
        _source2 = count > 2 ? c.sources[2] : IBandedPrice(address(0));
        _source3 = count > 3 ? c.sources[3] : IBandedPrice(address(0));
        _start();
    }

    /// @inheritdoc IBandedPrice
    function quote() public view override returns (uint256 lower, uint256 upper, bool inBand) {
        (uint256 counted, uint256 actual) = rates();
        (lower, upper, inBand) = _source0.quote();
        for (uint256 i = 1; i < _count; ++i) {
            (uint256 lowerOf, uint256 upperOf, bool inBandOf) = source(i).quote();
            (lower, upper, inBand) = (Math.min(lower, lowerOf), Math.max(upper, upperOf), inBand && inBandOf);
        }
        lower = Math.mulDiv(counted, lower, _ONE);
        upper = Math.mulDiv(actual + 1, upper, _ONE, Math.Rounding.Ceil);
    }

    /// @return The price of the pool's token `i`; 0: there is none.
    function source(uint256 i) public view returns (IBandedPrice) {
        if (i < 2) return i == 0 ? _source0 : _source1;
        if (i < 4) return i == 2 ? _source2 : _source3;
        return IBandedPrice(address(0));
    }

    function _rate() internal view override returns (uint256 rate) {
        rate = pool.get_virtual_price();
        if (gasleft() < LockProbe.MIN_GAS) revert Price_GasTooLow(LockProbe.MIN_GAS, gasleft());
        bytes memory data = abi.encodePacked(_probe, new bytes(32 * uint256(_probeWords)));
        if (LockProbe.isLocked(address(pool), data)) revert Price_Locked(address(pool));
    }

    /// @dev Old pools index their tokens with another type, and revert beyond the last, as new ones do.
    function _hasCoin(ICurvePool pool_, uint256 i) private view returns (bool) {
        try pool_.coins(i) returns (address coin) {
            return coin != address(0);
        } catch {
            return false;
        }
    }
}
