// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IBandedPrice} from "../../interfaces/IBandedPrice.sol";
import {IPair, IPairPrice} from "../../interfaces/IPairPrice.sol";
import {IPriceSource} from "../../interfaces/IPriceSource.sol";
import {LockProbe} from "../../libraries/LockProbe.sol";

/// @title See {IPairPrice}
contract PairPrice is IPairPrice {
    uint256 private constant _ONE = 1e18;
    /// @dev The pair's own first shares are a thousand, which belong to nobody.
    uint256 private constant _LEAST_MIN_SUPPLY = 1e6;
    uint8 private constant _MAX_DECIMALS = 24;

    /// @inheritdoc IPairPrice
    address public immutable token;
    /// @inheritdoc IPairPrice
    IBandedPrice public immutable source0;
    /// @inheritdoc IPairPrice
    IBandedPrice public immutable source1;
    /// @inheritdoc IPairPrice
    uint256 public immutable minSupply;

    /// @dev 10^(decimals of token 0 + decimals of token 1).
    uint256 private immutable _scale;

    /// @param zusd The chain's zUSD, which must not be in the pair.
    constructor(IPair pair, IBandedPrice source0_, IBandedPrice source1_, address zusd, uint256 minSupply_) {
        if (address(pair).code.length == 0) revert Price_NoCode(address(pair));
        if (address(source0_).code.length == 0) revert Price_NoCode(address(source0_));
        if (address(source1_).code.length == 0) revert Price_NoCode(address(source1_));
        if (zusd.code.length == 0) revert Price_NoCode(zusd);
        if (minSupply_ < _LEAST_MIN_SUPPLY) revert Price_InvalidParameter("minSupply", minSupply_);
        _scale = 10 ** (_decimalsOf(pair.token0(), zusd) + _decimalsOf(pair.token1(), zusd));
        (token, source0, source1, minSupply) = (address(pair), source0_, source1_, minSupply_);
    }

    /// @inheritdoc IPriceSource
    function price() external view returns (uint256 lower, uint256 upper) {
        (lower, upper, ) = quote();
    }

    /// @inheritdoc IBandedPrice
    function quote() public view returns (uint256 lower, uint256 upper, bool inBand) {
        (uint256 product, uint256 supply, uint256 due) = _shares();
        (uint256 lower0, uint256 upper0, bool inBand0) = source0.quote();
        (uint256 lower1, uint256 upper1, bool inBand1) = source1.quote();
        uint256 value = 2 * Math.sqrt(Math.mulDiv(product, lower0 * lower1, _scale));
        lower = Math.mulDiv(value, _ONE, supply + due);
        value = 2 * Math.sqrt(Math.mulDiv(product, upper0 * upper1, _scale, Math.Rounding.Ceil), Math.Rounding.Ceil);
        upper = Math.mulDiv(value, _ONE, supply, Math.Rounding.Ceil);
        inBand = inBand0 && inBand1;
    }

    /// @return product Of the reserves, in the tokens' units; below 2^224.
    /// @return supply Shares.
    /// @return due Shares that the next mint or burn makes for the protocol, rounded up: a sixth of the growth of √product.
    function _shares() private view returns (uint256 product, uint256 supply, uint256 due) {
        IPair pair = IPair(token);
        (uint112 reserve0, uint112 reserve1, ) = pair.getReserves();
        // In a burn with a token that calls its receiver, the shares are gone while the reserves are not.
        if (gasleft() < LockProbe.MIN_GAS) revert Price_GasTooLow(LockProbe.MIN_GAS, gasleft());
        if (LockProbe.isLocked(token, abi.encodeCall(IPair.sync, ()))) revert Price_Locked(token);
        product = uint256(reserve0) * reserve1;
        supply = pair.totalSupply();
        if (supply < minSupply) revert Price_TooFewShares(minSupply, supply);
        uint256 last = pair.kLast();
        if (last != 0) {
            uint256 root = Math.sqrt(product);
            uint256 rootLast = Math.sqrt(last);
            if (root > rootLast) due = Math.ceilDiv(supply * (root - rootLast), 5 * root + rootLast);
        }
    }

    function _decimalsOf(address leg, address zusd) private view returns (uint256 decimals) {
        if (leg == zusd) revert Price_OwnToken(leg);
        decimals = IERC20Metadata(leg).decimals();
        if (decimals > _MAX_DECIMALS) revert Price_InvalidParameter("decimals", decimals);
    }
}
