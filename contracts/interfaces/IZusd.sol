// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC7802} from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";

/// @title zUSD, the unified stablecoin, on one chain
/// @notice ERC-20 with permit (ERC-2612) and the cross-chain interface of ERC-7802; 18 decimals. Only the chain's books mint and
///   burn against debt, only its vault moves zUSD between the chain and the rollup.
interface IZusd is IERC20, IERC7802 {
    /// @notice The caller is not the books.
    error Zusd_NotBooks(address caller);
    /// @notice The caller is not the vault.
    error Zusd_NotVault(address caller);
    /// @notice More would come back from the rollup than went there from this chain.
    error Zusd_NotAbroad(uint256 abroad, uint256 amount);

    /// @notice Mints against debt. Only the books.
    function mint(address to, uint256 amount) external;

    /// @notice Burns against debt. Only the books, which take from their caller alone.
    function burn(address from, uint256 amount) external;

    /// @return zUSD of this chain that is in the rollup's hands: queued, in cells, or to be paid here. It comes back at most once:
    ///   so the zUSD of this chain never exceeds its debt, whatever other chains and batches say.
    function abroad() external view returns (uint256);

    function books() external view returns (address);

    function vault() external view returns (address);
}
