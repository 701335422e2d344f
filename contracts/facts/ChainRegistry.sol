// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {InteroperableAddress} from "@openzeppelin/contracts/utils/draft-InteroperableAddress.sol";

import {CHAIN_MASK} from "../generated/Spec.sol";
import {IChainRegistry} from "../interfaces/IChainRegistry.sol";

/// @title See {IChainRegistry}
contract ChainRegistry is IChainRegistry, AccessManaged {
    /// @inheritdoc IChainRegistry
    uint64 public registered;
    uint64 private _retired;
    mapping(uint8 chain => bytes remote) private _remotes;
    mapping(bytes32 remoteHash => uint8 chain) private _chains;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IChainRegistry
    function register(uint8 chain, uint256 evmChainId, address facts) external restricted {
        if (chain == 0 || chain > CHAIN_MASK) revert ChainRegistry_InvalidChain(chain);
        if (isRegistered(chain)) revert ChainRegistry_AlreadyRegistered(chain);
        if ((_retired >> chain) & 1 == 1) revert ChainRegistry_Retired(chain);
        if (evmChainId == 0 || facts == address(0)) revert ChainRegistry_ZeroRemote();
        bytes memory remote = InteroperableAddress.formatEvmV1(evmChainId, facts);
        bytes32 remoteHash = keccak256(remote);
        if (_chains[remoteHash] != 0) revert ChainRegistry_RemoteTaken(_chains[remoteHash]);
        _remotes[chain] = remote;
        _chains[remoteHash] = chain;
        registered |= uint64(1) << chain;
        emit ChainRegistered(chain, evmChainId, facts);
    }

    /// @inheritdoc IChainRegistry
    function retire(uint8 chain) external restricted {
        if (!isRegistered(chain)) revert ChainRegistry_NotRegistered(chain);
        delete _chains[keccak256(_remotes[chain])];
        delete _remotes[chain];
        registered &= ~(uint64(1) << chain);
        _retired |= uint64(1) << chain;
        emit ChainRetired(chain);
    }

    /// @inheritdoc IChainRegistry
    function chainOf(bytes calldata remote) external view returns (uint8 chain) {
        return _chains[keccak256(remote)];
    }

    /// @inheritdoc IChainRegistry
    function isRegistered(uint8 chain) public view returns (bool) {
        return _remotes[chain].length != 0;
    }

    /// @inheritdoc IChainRegistry
    function remoteOf(uint8 chain) external view returns (bytes memory remote) {
        remote = _remotes[chain];
        if (remote.length == 0) revert ChainRegistry_NotRegistered(chain);
    }
}
