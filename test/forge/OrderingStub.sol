// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IOrdering} from "../../contracts/interfaces/IOrdering.sol";
import {Taken} from "../../contracts/types/Types.sol";

/// @notice All that an ordering asks: the rollup, its vault and its facts. It says what it is told to say.
contract OrderingStub {
    uint8 public immutable primaryChain;
    IOrdering public ordering;
    mapping(uint8 chain => bytes32) public consumedHead;
    mapping(uint64 number => bytes32) public batchHash;
    mapping(uint64 count => bytes32) public headAt;
    mapping(bytes32 fact => bool) private _facts;

    constructor(uint8 primaryChain_) {
        primaryChain = primaryChain_;
    }

    function setOrdering(IOrdering ordering_) external {
        ordering = ordering_;
    }

    function setConsumedHead(uint8 chain, bytes32 head) external {
        consumedHead[chain] = head;
    }

    function setBatchHash(uint64 number, bytes32 hash) external {
        batchHash[number] = hash;
    }

    function setHead(uint64 count, bytes32 head) external {
        headAt[count] = head;
    }

    function setFact(uint8 kind, uint8 chain, uint64 number, bytes32 value) external {
        _facts[keccak256(abi.encode(kind, chain, number, value))] = true;
    }

    function admit(
        address submitter,
        uint64 timestamp,
        uint64 suspended,
        uint256 queueOps,
        Taken[] calldata taken
    ) external {
        ordering.admit(submitter, timestamp, suspended, queueOps, taken);
    }

    function holds(uint8 kind, uint8 chain, uint64 number, bytes32 value) external view returns (bool) {
        return _facts[keccak256(abi.encode(kind, chain, number, value))];
    }

    function vault() external view returns (address) {
        return address(this);
    }

    function facts() external view returns (address) {
        return address(this);
    }

    function domain() external pure returns (uint256) {
        return 7;
    }

    function cellBits() external pure returns (uint8) {
        return 10;
    }
}
