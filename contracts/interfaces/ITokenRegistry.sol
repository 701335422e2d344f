// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title The tokens of one chain
/// @notice Local numbers 1..1023 are given in order of listing, once per address, and never reused.
interface ITokenRegistry {
    /// @notice The address is zero.
    error TokenRegistry_ZeroToken();
    /// @notice The address was listed before.
    error TokenRegistry_AlreadyListed(address token);
    /// @notice The address has no code.
    error TokenRegistry_NoCode(address token);
    /// @notice There are 1023 tokens already.
    error TokenRegistry_Full();
    /// @notice No token has this number, or it is delisted already.
    error TokenRegistry_NotListed(uint16 id);

    event TokenListed(uint16 indexed id, address indexed token, uint8 decimals);
    event TokenDelisted(uint16 indexed id, address indexed token);

    /// @notice Lists a token, or the native coin by `NATIVE`. Restricted.
    /// @return id The token's local number, 1..1023.
    /// @dev Reads `decimals()` once: what the token answers later changes nothing. It must answer.
    ///   Warning: rebasing tokens must not be listed: the vault's books are in units received.
    function list(address token) external returns (uint16 id);

    /// @notice Stops deposits of a token; what was deposited still leaves. Restricted. For good.
    function delist(uint16 id) external;

    /// @return id Local number; 0: never listed.
    /// @return depositable False once delisted.
    function find(address token) external view returns (uint16 id, bool depositable);

    /// @return token Address of a number, delisted or not; 0: none.
    function tokenOf(uint16 id) external view returns (address token);

    /// @return Decimals at listing; 0 for an unknown number too.
    function decimalsOf(uint16 id) external view returns (uint8);

    /// @return Tokens ever listed: numbers are 1..count.
    function count() external view returns (uint16);
}
