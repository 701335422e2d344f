// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IFacility} from "./IFacility.sol";

/// @notice Parameters of a pegged facility. Shares are in units of 10^-4, amounts in the token's own units.
struct PegParameters {
    /// @dev T, the reserve below which redemption costs more and minting less; at least 1.
    uint112 target;
    /// @dev κ, the cost of the last unit; at most 1,000.
    uint16 kappa;
    /// @dev Fee of a mint; at most 100.
    uint16 mintFee;
    /// @dev Fee of a redemption; at most 100.
    uint16 redeemFee;
    /// @dev τ, what a redemption on the way out of the rollup may cost unless its signer says otherwise; at most 1,000.
    uint16 tau;
    /// @dev Net flow into the reserve per day; at least 1.
    uint112 flowIn;
    /// @dev Net flow out of the reserve per day; at least 1.
    uint112 flowOut;
    /// @dev Distance from the peg beyond which the facility is impaired; at most 500.
    uint16 freeze;
    /// @dev Distance from the peg within which it is sound again; below `freeze`.
    uint16 unfreeze;
}

/// @title What a contract answers that mints with another's tokens
interface IMintPayer {
    /// @notice Sends the facility that calls what it was told to mint for. What arrives counts.
    function payMint() external;
}

/// @title A stablecoin that mints zUSD one for one
/// @notice All token amounts are in the token's own units; one unit is `scale` units of zUSD. The reserve R backs the debt
///   D = R·scale. Beside it stand the pot, out of which refilling is paid, and fees. Formulas in docs/pcd.md.
/// @notice When its price leaves the band the facility is impaired: then no zUSD is minted on this chain, and zUSD is redeemed at
///   the chain factor into sound coins, or into this one unit for unit while its price is below the factor.
interface IPeggedFacility is IFacility {
    /// @notice The token has more than 18 decimals.
    error PeggedFacility_Decimals(uint8 decimals);
    /// @notice The price is out of its band.
    error PeggedFacility_OffPeg(uint256 lower, uint256 upper);
    /// @notice The reserve is less.
    error PeggedFacility_ReserveTooSmall(uint256 reserve, uint256 amount);
    /// @notice The facility holds less of its token than it owes: `sync` books it.
    error PeggedFacility_Deficit(uint256 owed, uint256 held);
    /// @notice Too little gas to find out whether the token moves.
    error PeggedFacility_GasTooLow(uint256 gas);

    /// @param amount Of the token, received.
    /// @param minted zUSD.
    event Minted(address indexed by, address indexed to, uint256 amount, uint256 minted, uint256 fee, uint256 rebate);
    /// @param burnt zUSD.
    /// @param amount Of the token, paid.
    event Redeemed(address indexed by, address indexed to, uint256 burnt, uint256 amount, uint256 fee, uint256 charge);
    /// @param price Lower bound, as of now or the last that could be read.
    event ConditionChanged(bool impaired, bool frozen, uint256 price);
    event LossBooked(uint256 fromFees, uint256 fromPot, uint256 fromReserve);
    event FeesBooked(uint256 amount);
    event ParametersSet(PegParameters parameters);

    /// @notice Takes the token from the caller and mints zUSD.
    /// @param amount In the token's units; what arrives counts.
    /// @param minOut Least zUSD to accept.
    /// @return minted zUSD: (a + r)·scale with a = amount − fee, fee rounded up, and the rebate
    ///   r = min(pot, Φ(R) − Φ(R + a) − 1).
    /// @dev Needs LIVE, a fresh price in the band, room below the ceiling and in the day's flow, and no impaired facility on the
    ///   chain. M1: what is above any bound is refused whole.
    function mint(uint256 amount, uint256 minOut, address to) external returns (uint256 minted);

    /// @notice As `mint`, but the caller, a contract, is asked to send the token: `IMintPayer.payMint`.
    function mintByCall(uint256 minOut, address to) external returns (uint256 minted);

    /// @notice Burns the caller's zUSD and pays the token.
    /// @param amount zUSD; what is not a whole unit of the token stays zUSD.
    /// @param minOut Least of the token to accept.
    /// @return paid In the token's units: x − charge − fee, with x = ⌊q·min(p, s)/p⌋ of the q whole units, p the weight, s the chain factor
    ///   (both 1 when all is sound), charge = Φ(R − x) − Φ(R), fee rounded up.
    /// @return burnt zUSD: q·scale. Of it x·scale was this facility's debt, the rest becomes surplus of the chain.
    /// @dev Works whatever the guardian says and whether or not the price can be read; not when FROZEN, and not before `sync` has
    ///   booked a loss. More than the reserve, or than the day's flow, is refused whole.
    function redeem(uint256 amount, uint256 minOut, address to) external returns (uint256 paid, uint256 burnt);

    /// @notice Looks at price and custody, and notes what they say. Anyone may, and everyone gains by it.
    /// @dev What is missing is taken from fees, then the pot, then the reserve: the debt behind it is written off. A token that
    ///   does not move freezes the facility until it moves again.
    function sync() external;

    /// @notice Turns the fees into reserve, and their worth into surplus of the chain. Anyone may.
    function bookFees() external;

    /// @notice Sets all parameters. Sets all parameters. Restricted.
    function setParameters(PegParameters calldata parameters) external;

    /// @return minted What a mint of `amount` would give now, if it is not refused.
    function previewMint(uint256 amount) external view returns (uint256 minted);

    /// @return paid What a redemption of `amount` would give now, if it is not refused.
    /// @return burnt zUSD.
    function previewRedeem(uint256 amount) external view returns (uint256 paid, uint256 burnt);

    /// @return The least that a redemption on the way out of the rollup must give for `amount` zUSD unless its signer says otherwise:
    ///   (1 − τ) of the whole units, over the weight, rounded up. So a coin off its peg is taken by those only who ask for it.
    function leastOut(uint256 amount) external view returns (uint256);

    /// @return Paid by who drained the reserve, for who refills it.
    function pot() external view returns (uint256);

    function fees() external view returns (uint256);

    /// @return Units of zUSD in a unit of the token: 10^(18 − decimals).
    function scale() external view returns (uint256);

    /// @return impaired The price left its band, and has not come back.
    /// @return frozen The token did not move when it was last tried.
    /// @return lastPrice Lower bound, when it was last read, in units of 10^-18 dollar.
    function condition() external view returns (bool impaired, bool frozen, uint256 lastPrice);

    function parameters() external view returns (PegParameters memory);

    /// @return Net flow of the reserve as of now, in less out.
    function netFlow() external view returns (int256);
}
