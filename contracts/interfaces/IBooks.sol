// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {FacilityClass, FacilityStatus, IFacility} from "./IFacility.sol";
import {IZusd} from "./IZusd.sol";

/// @notice One facility, as `books()` reports it. All of zUSD in units of 10^-18.
struct FacilityReport {
    address facility;
    address token;
    FacilityClass class;
    FacilityStatus status;
    /// @dev In the token's own units.
    uint256 reserve;
    uint256 debt;
    uint256 ceiling;
    /// @dev In units of 10^-18, see `IFacility.weight`.
    uint256 weight;
}

/// @notice A chain's books. All in units of 10^-18 zUSD; `supply + abroad + buffer` is the sum of the debts.
struct Report {
    FacilityReport[] facilities;
    /// @dev zUSD on the chain.
    uint256 supply;
    /// @dev zUSD of the chain in the rollup's hands.
    uint256 abroad;
    /// @dev Surplus if positive, bad debt if negative.
    int256 buffer;
    /// @dev In units of 10^-18, see `IBooks.factor`.
    uint256 factor;
}

/// @title A chain's books of protocol-controlled debt (PCD): what zUSD was minted against, facility by facility
/// @notice No zUSD exists without debt: supply + abroad + buffer = Σ debt, after every call. A facility can mint up to its
///   ceiling, and the discounted ones together up to their share; what one facility does wrong ends there.
/// @notice All amounts are in units of 10^-18 zUSD.
interface IBooks {
    /// @notice The caller is not one of the books' facilities.
    error Books_NotFacility(address caller);
    /// @notice zUSD is bound already.
    error Books_AlreadyBound(address zusd);
    /// @notice The token is not bound to these books, or has no code; or none is named yet, and a facility could be its own collateral.
    error Books_WrongZusd(address zusd);
    /// @notice The facility has no code, other books, no class, or is there already; or its token has a facility.
    error Books_WrongFacility(address facility);
    /// @notice The token is zUSD itself, or contains it.
    error Books_OwnToken(address token);
    /// @notice There are as many facilities as there may be.
    error Books_Full(uint256 limit);
    /// @notice The facility has debt.
    error Books_HasDebt(address facility, uint256 debt);
    /// @notice The debt would exceed the ceiling, or a new ceiling is below the debt.
    error Books_AboveCeiling(uint256 ceiling, uint256 debt);
    /// @notice The debt of discounted facilities would exceed their share of all.
    error Books_AboveShare(uint256 limit, uint256 debt);
    /// @notice No new zUSD while the debt of impaired facilities and bad debt together exceed a thousandth of all debt.
    error Books_Impaired(uint256 impaired, int256 buffer);
    /// @notice The debt is less.
    error Books_DebtTooSmall(uint256 debt, uint256 amount);
    /// @notice A share is not below one.
    error Books_InvalidShare(uint256 share);
    /// @notice The surplus is less, or the chain's backing is not whole without it.
    error Books_NoSurplus(int256 buffer, uint256 amount);

    event ZusdBound(address zusd);
    event FacilityAdded(address indexed facility, address indexed token, FacilityClass class, uint256 ceiling);
    event FacilityRemoved(address indexed facility);
    event CeilingSet(address indexed facility, uint256 ceiling);
    event ShareSet(uint256 share);
    event ImpairmentSet(address indexed facility, bool impaired);
    /// @param debt Of the facility, after.
    event Issued(address indexed facility, address indexed to, uint256 amount, uint256 debt);
    /// @param amount zUSD burnt.
    /// @param debt Of the facility, after.
    event Retired(address indexed facility, address indexed from, uint256 amount, uint256 debt);
    /// @param amount By what the buffer changed: bad debt is negative.
    event BufferMoved(address indexed by, int256 amount, int256 buffer);

    /// @notice Names zUSD, once. Restricted.
    function bindZusd(IZusd zusd) external;

    /// @notice Takes a facility into the books. Restricted.
    function add(IFacility facility, uint256 ceiling) external;

    /// @notice Takes a facility without debt out of the books. Restricted.
    function remove(IFacility facility) external;

    /// @notice Sets up to what a facility's debt may grow. Restricted. Not below its debt: `stopMinting` is for that.
    function setCeiling(IFacility facility, uint256 ceiling) external;

    /// @notice Sets the discounted facilities' share of all debt. Restricted.
    /// @param share In units of 10^-4, below 10^4.
    function setShare(uint256 share) external;

    /// @notice Mints zUSD against new debt of the caller, a facility.
    function issue(address to, uint256 amount) external;

    /// @notice Burns zUSD, and lowers the debt of the caller, a facility, by at most as much; what is left is surplus.
    /// @dev Warning: it burns whatever the facility says; facilities name their caller only.
    function retire(address from, uint256 amount, uint256 debt) external;

    /// @notice Books debt of the caller, a facility, that nothing stands behind any more.
    function writeOff(uint256 debt) external;

    /// @notice Books income of the caller, a facility: collateral that is its own now, as debt and surplus.
    function earn(uint256 amount) external;

    /// @notice Notes whether the caller, a pegged facility, is impaired or frozen.
    function setImpaired(bool impaired) external;

    /// @notice Burns the caller's zUSD as surplus: whoever wants to can cover bad debt.
    function cover(uint256 amount) external;

    /// @notice Mints surplus. Restricted. Only what the backing is whole without.
    function withdrawSurplus(address to, uint256 amount) external;

    /// @return The chain factor: what stands behind a zUSD of this chain, in units of 10^-18, at most 10^18. It is
    ///   (Σ pegged debt · weight + discounted debt) / (all debt − buffer), rounded down. A redemption leaves it, or raises it.
    function factor() external view returns (uint256);

    /// @param weight What the caller, a facility, counts for: it need not be asked.
    /// @return The chain factor.
    function factorWith(uint256 weight) external view returns (uint256);

    /// @return The chain's books in one answer.
    function books() external view returns (Report memory);

    /// @return The pegged facility of a token; 0: none.
    function facilityOf(address token) external view returns (address);

    function isFacility(address facility) external view returns (bool);

    function facilities() external view returns (address[] memory);

    function debtOf(address facility) external view returns (uint256);

    function ceilingOf(address facility) external view returns (uint256);

    function peggedDebt() external view returns (uint256);

    /// @return The least that the pegged debt was today and yesterday (UTC): a mint of the moment makes no room for others.
    function agedPeggedDebt() external view returns (uint256);

    function discountedDebt() external view returns (uint256);

    /// @return In units of 10^-4.
    function share() external view returns (uint256);

    /// @return Facilities that are impaired or frozen.
    function impaired() external view returns (uint256);

    /// @return Surplus if positive, bad debt if negative.
    function buffer() external view returns (int256);

    function zusd() external view returns (IZusd);
}
