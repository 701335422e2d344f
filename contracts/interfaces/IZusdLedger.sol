// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title How much of the zUSD in the rollup each chain stands for
/// @notice issued[c] is zUSD that batches took in from chain c less what they let out to it, in units of 10^-18. It is never
///   negative, so zUSD leaves to a chain only as far as that chain backs it; and deposits and routes raise it to the chain's cap at most.
/// @notice Every chain keeps the whole ledger, from the words of the batches alone.
interface IZusdLedger {
    /// @notice The chain index is not in 1..63.
    error ZusdLedger_InvalidChain(uint8 chain);
    /// @notice The cap would hold from a batch that is there already.
    error ZusdLedger_TooLate(uint48 from, uint64 latest);
    /// @notice The flag `covered` of queue op `index` is not what the ledger says.
    error ZusdLedger_WrongFlag(uint256 index, bool expected);
    /// @notice Queue op `index`, an exit that is not covered, pays something else than all that is issued.
    error ZusdLedger_NotAll(uint256 index, uint256 issued, uint256 amount);
    /// @notice More zUSD would leave to the chain than is issued.
    error ZusdLedger_NotIssued(uint8 chain, uint256 issued, uint256 amount);

    event CapSet(uint8 indexed chain, uint104 cap, uint48 from);

    /// @notice Sets up to what `issued` may grow by deposits and routes from a chain, from a batch on. Restricted.
    /// @param cap In units of 10^-18 zUSD, below 2^104. It may be below what is issued: then no deposit is credited, and no route paid.
    /// @param from Number of the first batch it holds for, after the latest one. A cap that was to hold later is given up.
    /// @dev Warning: it must be the same on every chain, set before any of them accepts batch `from`.
    function setCap(uint8 chain, uint104 cap, uint48 from) external;

    /// @return zUSD issued to a chain, in units of 10^-18.
    function issued(uint8 chain) external view returns (uint256);

    /// @return The cap of a chain for batch `number`, from the latest change that is known on.
    function capOf(uint8 chain, uint64 number) external view returns (uint256);
}
