// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IFacility} from "./IFacility.sol";

/// @title A facility whose token is pledged for less than it is worth, in positions
/// @notice A position is some collateral and the zUSD that was minted against it. Whoever owns it borrows and withdraws; anyone may
///   open one for anyone, add to it, repay it, and liquidate it when its collateral is worth too little. There is no interest.
/// @notice **Redemption.** Anyone may hand in zUSD for collateral, against the facility as a whole: it is taken from all positions in
///   proportion to their debt, which falls in the same proportion, in O(1). With y of debt and the upper price p_u a position loses
///   collateral worth y·(1 − fee) at p_u. It is refused while any position may be liquidated at the lower price p_l, so for each
///   position debt d and collateral q keep d ≤ (1 − h_l)·p_l·q < p_u/(1 − fee)·q. Then
///     (q − y·(1 − fee)/p_u)/(d − y) ≥ q/d   for   y·d ≤ y·q·p_u/(1 − fee),
///   so no position's health falls, and as the collateral lost is below y·q/d ≤ q, none goes negative. All of it up to one unit of
///   collateral for rounding, which is taken from a position when it is settled.
/// @notice **Buckets.** Whether any position may be liquidated is told in O(1): each has the label of its ratio of debt to collateral
///   when it was last settled, in hundredths of `basePrice`, rounded up. Nothing that others do raises a ratio, so the highest label
///   bounds all. `touch` renews a label.
/// @notice **Debt by shares.** A position's debt is ⌈shares·D/all shares⌉ with the facility's debt D. A share is worth at most 2^-16
///   and never gains. When it falls below 2^-32, or D to 0, an epoch ends: shares are cut by a power of 2, or to nothing.
/// @notice Σ debts ≥ D and Σ collateral ≤ reserve, both by less than two units a position. All of zUSD in units of 10^-18, collateral in
///   the token's units, parts in units of 10^-4. Amounts a caller gets are rounded down, amounts it owes up.
interface IDiscountedFacility is IFacility {
    /// @dev One storage slot.
    struct Parameters {
        /// @dev h: new debt is at most (1 − h) of the collateral's lower value. At most 9,000.
        uint16 haircut;
        /// @dev h_l: a position with more debt than (1 − h_l) of that may be liquidated. At least 100, below the haircut.
        uint16 liquidationHaircut;
        /// @dev b: what a liquidator gets above what it pays. (1 − h_l)·(1 + b) < 1.
        uint16 bonus;
        /// @dev What a redeemer gets less than what it pays. At most 500.
        uint16 redemptionFee;
        /// @dev How far apart a price's bounds may be for new debt and redemption, as a part of the lower. 1 to 1,000.
        uint16 maxSpread;
        /// @dev Largest part of the token's supply that may lie here when zUSD is minted. 1 to 5,000.
        uint16 poolShare;
        /// @dev Least debt of a position that has any, and that is worth 10^6 units of the token at `basePrice`. 10^18 at least.
        uint80 minDebt;
        /// @dev Least debt of the facility that a redemption leaves, unless it leaves none. At least `minDebt`.
        uint80 minTotal;
    }

    struct Position {
        address owner;
        uint256 collateral;
        uint256 debt;
        /// @dev 0: no debt; 1..254: debt ≤ bucket/100·basePrice·collateral; 255: it may be more. As of the last settlement.
        uint256 bucket;
    }

    /// @notice The sums behind all positions.
    struct Totals {
        uint256 positions;
        uint256 shares;
        /// @dev Collateral that redemptions of this epoch took, for each share, in units of 2^-144 of the token's unit.
        uint256 index;
        uint256 epoch;
        /// @dev Highest bucket of any position; 0: none has debt.
        uint256 highestBucket;
    }

    /// @notice There is no such position.
    error DiscountedFacility_NoPosition(uint256 id);
    /// @notice A position of nobody.
    error DiscountedFacility_ZeroOwner();
    /// @notice Only the position's owner may do this.
    error DiscountedFacility_NotOwner(address owner, address caller);
    /// @notice So many epochs have ended since the position was settled that `touch` must settle it first, in parts.
    error DiscountedFacility_NotSettled(uint256 id);
    /// @notice The token did not bring the whole amount: it takes fees, or its balances move.
    error DiscountedFacility_NotReceived(uint256 expected, uint256 actual);
    /// @notice The position's debt would be above what its collateral allows.
    error DiscountedFacility_Unhealthy(uint256 limit, uint256 debt);
    /// @notice The position's debt is not above the limit from which on it may be liquidated.
    error DiscountedFacility_Healthy(uint256 limit, uint256 debt);
    /// @notice Debt of a position, or of the facility after a redemption, would be above 0 and below its minimum.
    error DiscountedFacility_DebtTooSmall(uint256 minimum, uint256 debt);
    /// @notice The position has less collateral.
    error DiscountedFacility_CollateralTooSmall(uint256 collateral, uint256 amount);
    /// @notice The facility has less debt.
    error DiscountedFacility_AboveDebt(uint256 debt, uint256 amount);
    /// @notice Too large a part of the token would lie here.
    error DiscountedFacility_AbovePoolShare(uint256 limit, uint256 reserve);
    /// @notice The price is 0.
    error DiscountedFacility_NoPrice();
    /// @notice A token in the price is off its peg, or the price's bounds are too far apart.
    error DiscountedFacility_OutOfBand(uint256 lower, uint256 upper);
    /// @notice Some position's debt may be above what it may be liquidated from, in units of 10^-18 zUSD per whole token.
    error DiscountedFacility_PositionUnhealthy(uint256 limit, uint256 ratio);

    event ParametersSet(Parameters parameters);
    event Opened(uint256 indexed id, address indexed owner, address indexed by, uint256 collateral, uint256 debt);
    event Added(uint256 indexed id, address indexed by, uint256 amount);
    event Borrowed(uint256 indexed id, address indexed to, uint256 amount);
    event Repaid(uint256 indexed id, address indexed by, uint256 amount);
    event Withdrawn(uint256 indexed id, address indexed to, uint256 amount);
    /// @param paid zUSD burnt.
    /// @param collateral Taken from the position.
    /// @param writtenOff Debt that became bad debt.
    event Liquidated(uint256 indexed id, address indexed by, uint256 paid, uint256 collateral, uint256 writtenOff);
    /// @param amount zUSD burnt.
    /// @param debt By what the facility's debt fell.
    event Redeemed(address indexed by, address indexed to, uint256 amount, uint256 debt, uint256 collateral);
    /// @param shift Shares are divided by 2^shift from now on; 255: there are none.
    event EpochEnded(uint256 epoch, uint256 index, uint256 shift);

    /// @notice Sets all parameters. Restricted.
    function setParameters(Parameters calldata parameters_) external;

    /// @notice Opens a position with the caller's collateral.
    /// @param owner Whose it is.
    /// @param debt zUSD to mint; 0: none.
    /// @param to Who gets it.
    function open(address owner, uint256 collateral, uint256 debt, address to) external returns (uint256 id);

    /// @notice Adds the caller's collateral to a position. Works at any price, or none.
    function add(uint256 id, uint256 amount) external;

    /// @notice Mints zUSD against a position of the caller.
    function borrow(uint256 id, uint256 amount, address to) external;

    /// @notice Burns the caller's zUSD for a position's debt. Works at any price, or none.
    /// @param amount Anything above the debt is not taken.
    /// @return repaid What was burnt.
    function repay(uint256 id, uint256 amount) external returns (uint256 repaid);

    /// @notice Takes collateral out of a position of the caller. Without debt it works at any price, or none.
    function withdraw(uint256 id, uint256 amount, address to) external;

    /// @notice Pays for a position that has too little collateral, and takes collateral of it worth (1 + b) times as much at the lower
    ///   price. When the collateral is worth less than (1 + b) times the debt, only a part of the bonus is left: all of the debt buys
    ///   all of the collateral. When it is worth less than the debt, all of it costs 1/(1 + b) of its worth, and what remains of the
    ///   debt is bad debt at once; a part of it likewise.
    /// @param pay zUSD to burn; anything above what there is to pay is not taken.
    /// @param minCollateral Reverts if less comes out.
    /// @return paid zUSD burnt.
    /// @return collateral What `to` got.
    function liquidate(
        uint256 id,
        uint256 pay,
        uint256 minCollateral,
        address to
    ) external returns (uint256 paid, uint256 collateral);

    /// @notice Burns the caller's zUSD for collateral at the upper price, less the fee, which stays with the debtors.
    /// @param amount zUSD; with a chain factor s below one, debt falls by amount·s only, and as much less comes out.
    /// @param minCollateral Reverts if less comes out.
    /// @return collateral What `to` got.
    function redeem(uint256 amount, uint256 minCollateral, address to) external returns (uint256 collateral);

    /// @notice Settles a position and renews its label; of a position that is many epochs behind, a part.
    function touch(uint256 id) external;

    /// @return A position as of now.
    function position(uint256 id) external view returns (Position memory);

    function totals() external view returns (Totals memory);

    function parameters() external view returns (Parameters memory);

    /// @return The price in whose hundredths ratios are labelled, in units of 10^-18 dollar per whole token.
    function basePrice() external view returns (uint256);
}
