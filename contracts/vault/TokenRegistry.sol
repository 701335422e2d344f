// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {LOCAL_TOKEN_MASK} from "../generated/Spec.sol";
import {ITokenRegistry} from "../interfaces/ITokenRegistry.sol";
import {NATIVE} from "../types/Types.sol";

/// @title See {ITokenRegistry}
contract TokenRegistry is ITokenRegistry, AccessManaged {
    uint8 private constant _NATIVE_DECIMALS = 18;

    /// @dev One storage slot per direction.
    struct Listing {
        uint16 id;
        bool depositable;
    }

    struct Token {
        address token;
        uint8 decimals;
    }

    /// @inheritdoc ITokenRegistry
    uint16 public count;

    mapping(address token => Listing) private _listings;
    mapping(uint16 id => Token) private _tokens;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc ITokenRegistry
    function list(address token) external restricted returns (uint16 id) {
        if (token == address(0)) revert TokenRegistry_ZeroToken();
        if (_listings[token].id != 0) revert TokenRegistry_AlreadyListed(token);
        if (token != NATIVE && token.code.length == 0) revert TokenRegistry_NoCode(token);
        if (count == LOCAL_TOKEN_MASK) revert TokenRegistry_Full();
        uint8 decimals = token == NATIVE ? _NATIVE_DECIMALS : IERC20Metadata(token).decimals();
        id = ++count;
        _listings[token] = Listing(id, true);
        _tokens[id] = Token(token, decimals);
        emit TokenListed(id, token, decimals);
    }

    /// @inheritdoc ITokenRegistry
    function delist(uint16 id) external restricted {
        address token = _tokens[id].token;
        if (!_listings[token].depositable) revert TokenRegistry_NotListed(id);
        _listings[token].depositable = false;
        emit TokenDelisted(id, token);
    }

    /// @inheritdoc ITokenRegistry
    function find(address token) external view returns (uint16 id, bool depositable) {
        Listing memory listing = _listings[token];
        return (listing.id, listing.depositable);
    }

    /// @inheritdoc ITokenRegistry
    function tokenOf(uint16 id) external view returns (address token) {
        return _tokens[id].token;
    }

    /// @inheritdoc ITokenRegistry
    function decimalsOf(uint16 id) external view returns (uint8) {
        return _tokens[id].decimals;
    }
}
