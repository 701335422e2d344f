// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IBandedPrice} from "../../interfaces/IBandedPrice.sol";
import {ClampedPrice} from "./ClampedPrice.sol";

/// @title The price of a share of an ERC-4626 vault. See {IClampedPrice}; the rate is in units of the asset per whole share.
contract SharePrice is ClampedPrice {
    uint256 private constant _MAX_DECIMALS = 24;

    /// @notice The price of the vault's asset.
    IBandedPrice public immutable source;

    /// @dev 10^decimals of the share and of the asset.
    uint256 private immutable _wholeShare;
    uint256 private immutable _wholeAsset;

    /// @param zusd The chain's zUSD, which must not be the asset.
    constructor(
        address authority,
        IERC4626 vault,
        IBandedPrice source_,
        address zusd,
        uint256 maxGrowth_,
        uint256 tolerance_,
        uint256 minSupply_
    ) ClampedPrice(authority, address(vault), maxGrowth_, tolerance_, minSupply_) {
        if (address(source_).code.length == 0) revert Price_NoCode(address(source_));
        if (zusd.code.length == 0) revert Price_NoCode(zusd);
        address asset = vault.asset();
        if (asset == zusd) revert Price_OwnToken(asset);
        source = source_;
        _wholeShare = _wholeOf(IERC20Metadata(address(vault)));
        _wholeAsset = _wholeOf(IERC20Metadata(asset));
        _start();
    }

    /// @inheritdoc IBandedPrice
    function quote() public view override returns (uint256 lower, uint256 upper, bool inBand) {
        (uint256 counted, uint256 actual) = rates();
        (lower, upper, inBand) = source.quote();
        lower = Math.mulDiv(counted, lower, _wholeAsset);
        // The vault rounds the rate down.
        upper = Math.mulDiv(actual + 1, upper, _wholeAsset, Math.Rounding.Ceil);
    }

    function _rate() internal view override returns (uint256) {
        return IERC4626(token).convertToAssets(_wholeShare);
    }

    function _wholeOf(IERC20Metadata token_) private view returns (uint256) {
        uint256 decimals = token_.decimals();
        if (decimals > _MAX_DECIMALS) revert Price_InvalidParameter("decimals", decimals);
        return 10 ** decimals;
    }
}
