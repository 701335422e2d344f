// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IBooks} from "./IBooks.sol";
import {IPriceSource} from "./IPriceSource.sol";

/// @notice PEGGED: a stablecoin that mints zUSD one for one. DISCOUNTED: a token that is pledged for less than it is worth.
enum FacilityClass {
    NONE,
    PEGGED,
    DISCOUNTED
}

/// @notice LIVE; MINT_OFF: no new zUSD, all else works; FROZEN: its token does not move, so nothing can be paid from it.
enum FacilityStatus {
    LIVE,
    MINT_OFF,
    FROZEN
}

/// @title One collateral token on one chain, and the zUSD that was minted against it
/// @notice A facility keeps its token; its debt stands in {IBooks}. It is not upgradeable.
interface IFacility {
    /// @notice The address has no code: it is none, or one of another chain.
    error Facility_NoCode(address account);
    /// @notice A parameter is outside of its range.
    error Facility_InvalidParameter(bytes32 name, uint256 value);
    /// @notice No new zUSD here now.
    error Facility_NotLive(FacilityStatus status);
    /// @notice The amount is 0, or too small for anything to come out.
    error Facility_TooSmall(uint256 amount);
    /// @notice Less would come out than is asked for; nothing happened.
    error Facility_BelowMinimum(uint256 minimum, uint256 amount);

    event MintingSet(bool on);

    function class() external view returns (FacilityClass);

    /// @return The collateral token.
    function token() external view returns (address);

    function books() external view returns (IBooks);

    function source() external view returns (IPriceSource);

    function status() external view returns (FacilityStatus);

    /// @return What the facility counts for when the chain's backing is added up, in units of 10^-18 of its debt, at most 10^18.
    function weight() external view returns (uint256);

    /// @return Collateral that the facility owes to its debt, in the token's units: at most what it holds.
    function reserve() external view returns (uint256);

    /// @notice Stops new zUSD here. Restricted: a guardian may. Redemption, repayment and claims go on.
    function stopMinting() external;

    /// @notice Allows new zUSD again. Restricted: after the timelock.
    function startMinting() external;
}
