// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title The other chains of the deployment
/// @notice A chain's index is the same on every chain, 1..63; 0 is the rollup itself.
interface IChainRegistry {
    /// @notice A chain index is not in 1..63.
    error ChainRegistry_InvalidChain(uint8 chain);
    /// @notice This index is taken.
    error ChainRegistry_AlreadyRegistered(uint8 chain);
    /// @notice This index is not registered.
    error ChainRegistry_NotRegistered(uint8 chain);
    /// @notice This remote already speaks for another index.
    error ChainRegistry_RemoteTaken(uint8 chain);
    /// @notice The EVM chain id or the address of the remote is zero.
    error ChainRegistry_ZeroRemote();
    /// @notice This index was a chain's that was retired: what was reported of it would count again.
    error ChainRegistry_Retired(uint8 chain);

    event ChainRegistered(uint8 indexed chain, uint256 evmChainId, address facts);
    event ChainRetired(uint8 indexed chain);

    /// @notice Registers a chain: the contract that speaks for it. Restricted.
    /// @param chain Index, 1..63.
    /// @param evmChainId Chain id of EIP-155, not 0.
    /// @param facts The deployment's `Facts` on that chain.
    function register(uint8 chain, uint256 evmChainId, address facts) external;

    /// @notice Takes a chain out, for good: nothing that it says counts any more, and nothing is sent to it. Restricted.
    function retire(uint8 chain) external;

    /// @return Bit `chain` is set for each registered chain.
    function registered() external view returns (uint64);

    function isRegistered(uint8 chain) external view returns (bool);

    /// @notice The chain's `Facts` as an ERC-7930 interoperable address. Reverts for an unregistered chain.
    function remoteOf(uint8 chain) external view returns (bytes memory remote);

    /// @notice The chain whose `Facts` has exactly these ERC-7930 bytes; 0: none.
    /// @dev Exact bytes, for an interoperable address has many encodings (leading zeros, trailing bytes).
    function chainOf(bytes calldata remote) external view returns (uint8 chain);
}
