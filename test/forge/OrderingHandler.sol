// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {IRollup} from "../../contracts/interfaces/IRollup.sol";
import {Ordering} from "../../contracts/rollup/Ordering.sol";
import {AcceptedBatch, G1Point, Taken} from "../../contracts/types/Types.sol";
import {CHEATS} from "./ICheats.sol";
import {Handler} from "./Handler.sol";
import {OrderingStub} from "./OrderingStub.sol";
import {Random} from "./Random.sol";

/// @title Random queues, posts, batches and times for an ordering
/// @notice The model keeps for each request whether it was posted and when, and looks at all of them each time.
contract OrderingHandler is Handler {
    using Random for Random.Source;

    /// @dev A chain's queue and what is known of it.
    struct Queue {
        uint256[3][] requests;
        bytes32[] heads;
        /// @dev By request; 0: not known.
        uint256[] posted;
        uint256 consumed;
        /// @dev Requests before this one are known or were consumed without.
        uint256 known;
        uint256 lease;
        uint256 acknowledged;
    }

    struct Attempt {
        address submitter;
        uint64 timestamp;
        uint64 suspended;
        uint256 queueOps;
        Taken[] taken;
    }

    uint8 public constant PRIMARY = 2;
    /// @notice Chains 1 to 3 take part, some from later on; 4 never does.
    uint8 public constant CHAINS = 3;
    uint256 public constant FORCE_DELAY = 1 days;
    uint256 private constant _BACKLOG = 16;
    address private constant _OPERATOR = address(0x0123);
    address private constant _STRANGER = address(0x0456);

    Ordering public immutable ordering;
    OrderingStub private immutable _rollup;

    mapping(uint256 chain => Queue) private _queues;
    bool private _isOperator;
    uint256 private _now = 1_800_000_000;
    uint64 private _number;
    mapping(uint64 number => AcceptedBatch) private _batches;
    mapping(uint64 number => uint256) private _timestamps;

    /// @notice How often batches were admitted, and refused.
    uint256 public admitted;
    uint256 public refused;

    constructor() {
        CHEATS.warp(_now);
        _rollup = new OrderingStub(PRIMARY);
        ordering = new Ordering(address(new AccessManager(address(this))), uint64(FORCE_DELAY));
        _rollup.setOrdering(ordering);
        ordering.bindRollup(IRollup(address(_rollup)));
        for (uint256 chain = 1; chain <= CHAINS + 1; ++chain) _queues[chain].heads.push(0);
        _timestamps[0] = _now;
    }

    /// @notice Time goes on: seconds, hours or days.
    function wait(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256[4] memory most = [uint256(10), 1 hours, 6 hours, 26 hours];
        _now += random.upTo(most[random.below(4)]);
        CHEATS.warp(_now);
    }

    function setOperator(uint256 seed) external {
        _isOperator = !_random(seed).oneIn(4);
        ordering.setOperator(_OPERATOR, _isOperator);
    }

    function setLease(uint256 seed) external {
        CHEATS.warp(_now);
        Random.Source memory random = _random(seed);
        uint256 chain = random.below(CHAINS + 1);
        uint256 lease = random.oneIn(8) ? random.below(30 days) : 1 hours + random.below(2 days);
        bool isRefused = chain == 0 || chain == PRIMARY || lease < 1 hours || lease > 7 days;
        try ordering.setLease(uint8(chain), uint32(lease)) {
            _check(!isRefused, "a lease out of bounds, or for no chain");
            if (_queues[chain].lease == 0) _queues[chain].acknowledged = _now;
            _queues[chain].lease = lease;
        } catch {
            _check(isRefused, "a lease was refused");
        }
    }

    /// @notice Requests on one chain.
    function queue(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 chain = 1 + random.below(CHAINS + 1);
        Queue storage q = _queues[chain];
        for (uint256 n = 1 + random.below(5); n > 0 && q.requests.length < q.consumed + _BACKLOG; --n) {
            _enqueue(chain, random);
        }
    }

    /// @notice The next requests of a chain become known; what is not the queue's continuation does not.
    function post(uint256 seed) external {
        CHEATS.warp(_now);
        Random.Source memory random = _random(seed);
        uint256 chain = 1 + random.below(CHAINS + 1);
        Queue storage q = _queues[chain];
        uint256 start = q.known > q.consumed ? q.known : q.consumed;
        if (q.requests.length == start) _enqueue(chain, random);
        uint256 end = start + 1 + random.below(q.requests.length - start);
        uint256 proven = end + random.below(q.requests.length - end + 1);

        _postWrongly(chain, start, end, proven, random);

        uint256[3][] memory requests = _requests(chain, start, end);
        try ordering.post(uint8(chain), requests, _hashes(chain, end, proven), uint64(proven)) {
            _check(_takesPart(chain), "a post for a chain without a lease");
            for (uint256 i = start; i < end; ++i) q.posted[i] = _now;
            q.known = end;
        } catch {
            _check(!_takesPart(chain), "a post was refused");
        }
    }

    /// @notice A chain says which batch it has accepted.
    function acknowledge(uint256 seed) external {
        if (_number == 0) return;
        Random.Source memory random = _random(seed);
        uint256 chain = 1 + random.below(CHAINS + 1);
        uint64 number = _number - uint64(random.below(_number < 4 ? _number : 4));
        bool isFact = !random.oneIn(8);
        AcceptedBatch memory batch = _batches[number];
        bytes32 hash = _rollup.batchHash(number);
        if (isFact) {
            _rollup.setFact(2, uint8(chain), number, hash);
        } else {
            // A batch that was not accepted.
            batch.wordsHash = keccak256(abi.encode(batch.wordsHash));
        }
        Queue storage q = _queues[chain];
        bool isRefused = !isFact || q.lease == 0 || _timestamps[number] <= q.acknowledged;
        try ordering.acknowledge(uint8(chain), batch) {
            _check(!isRefused, "a wrong or an old acknowledgement");
            q.acknowledged = _timestamps[number];
        } catch {
            _check(isRefused, "an acknowledgement was refused");
        }
    }

    /// @notice A batch of anyone, which takes anything: it is admitted if and only if the model admits it.
    function submit(uint256 seed) external {
        CHEATS.warp(_now);
        Random.Source memory random = _random(seed);
        Attempt memory attempt;
        attempt.submitter = random.oneIn(3) ? _STRANGER : _OPERATOR;
        attempt.timestamp = uint64(
            _now - random.upTo(_now - _timestamps[_number] < 1 hours ? _now - _timestamps[_number] : 1 hours)
        );
        attempt.suspended = _suspended(attempt.timestamp, random);
        attempt.queueOps = 2 + random.below(6);
        attempt.taken = random.oneIn(2) ? _takeAny(attempt, random) : _takeOldest(attempt);
        string memory verdict = _verdict(attempt);
        bool isAdmitted = bytes(verdict).length == 0;
        try _rollup.admit(attempt.submitter, attempt.timestamp, attempt.suspended, attempt.queueOps, attempt.taken) {
            _check(isAdmitted, verdict);
            ++admitted;
            _accept(attempt);
        } catch {
            _check(!isAdmitted, "a batch was refused");
            ++refused;
        }
    }

    /// @notice Only the rollup's word counts.
    function submitDirectly(uint256 seed) external {
        CHEATS.prank(address(uint160(seed % 1000) + 1));
        try ordering.admit(_OPERATOR, uint64(_now), 0, 2, new Taken[](0)) {
            revert Broken("admitted without the rollup");
        } catch {}
    }

    /// @notice Model: when the oldest known request was posted that is not consumed.
    function oldestKnown(uint64 suspended) public view returns (uint256 oldest) {
        oldest = type(uint256).max;
        for (uint256 chain = 1; chain <= CHAINS; ++chain) {
            if (!_takesPart(chain) || (suspended >> chain) & 1 == 1) continue;
            uint256 time = _oldestFrom(chain, _queues[chain].consumed);
            if (time < oldest) oldest = time;
        }
    }

    function modelOf(uint256 chain) external view returns (uint256 consumed, uint256 known, uint256 length) {
        Queue storage q = _queues[chain];
        return (q.consumed, q.known, q.requests.length);
    }

    function leaseOf(uint256 chain) external view returns (uint256 lease, uint256 acknowledged) {
        return (_queues[chain].lease, _queues[chain].acknowledged);
    }

    function _enqueue(uint256 chain, Random.Source memory random) private {
        Queue storage q = _queues[chain];
        // A SetKey of an account.
        uint256 word0 = 0x21 | (chain << 8) | ((1 + random.below(255)) << 14);
        uint256[3] memory request = [word0, 1 + random.below(1 << 160), random.below(1 << 250)];
        q.requests.push(request);
        q.posted.push(0);
        bytes32 head = keccak256(abi.encode(q.heads[q.heads.length - 1], _hash(request)));
        q.heads.push(head);
        uint64 count = uint64(q.requests.length);
        if (chain == PRIMARY) _rollup.setHead(count, head);
        else _rollup.setFact(1, uint8(chain), count, head);
    }

    /// @dev Nothing; another request; one too few at the start or the end; one too many; up to a wrong head.
    function _postWrongly(
        uint256 chain,
        uint256 start,
        uint256 end,
        uint256 proven,
        Random.Source memory random
    ) private {
        uint256 kind = random.below(6);
        uint256[3][] memory requests = _requests(
            chain,
            kind == 0
                ? end
                : kind == 1
                    ? start + 1
                    : start,
            end
        );
        bytes32[] memory later = _hashes(chain, kind == 2 ? end - 1 : end, proven);
        if (kind == 3) later = new bytes32[](later.length + 1);
        if (kind == 4) --proven;
        if (kind == 5) requests[random.below(requests.length)][2] ^= 1;
        try ordering.post(uint8(chain), requests, later, uint64(proven)) {
            revert Broken("a wrong post");
        } catch {}
    }

    function _requests(uint256 chain, uint256 start, uint256 end) private view returns (uint256[3][] memory requests) {
        requests = new uint256[3][](end - start);
        for (uint256 i = start; i < end; ++i) requests[i - start] = _queues[chain].requests[i];
    }

    function _hashes(uint256 chain, uint256 start, uint256 end) private view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](end - start);
        for (uint256 i = start; i < end; ++i) hashes[i - start] = _hash(_queues[chain].requests[i]);
    }

    /// @dev The mask that the times ask for; one of the two where both are right; sometimes a wrong one. Bit 0 is the circuit's to refuse.
    function _suspended(uint256 timestamp, Random.Source memory random) private view returns (uint64 mask) {
        for (uint256 chain = 1; chain <= CHAINS; ++chain) {
            Queue storage q = _queues[chain];
            if (q.lease == 0) continue;
            uint256 silence = timestamp > q.acknowledged ? timestamp - q.acknowledged : 0;
            bool may = silence * 2 >= q.lease;
            bool must = silence > q.lease;
            if (must || (may && random.oneIn(2))) mask |= uint64(1) << uint64(chain);
        }
        if (random.oneIn(12)) mask ^= uint64(1) << uint64(1 + random.below(63));
    }

    function _takeAny(Attempt memory attempt, Random.Source memory random) private view returns (Taken[] memory taken) {
        taken = new Taken[](CHAINS);
        uint256 left = attempt.queueOps;
        for (uint256 chain = 1; chain <= CHAINS; ++chain) {
            uint256 open = _queues[chain].requests.length - _queues[chain].consumed;
            if (!_takesPart(chain)) open = 0;
            uint256 count = random.upTo(open < left ? open : left);
            left -= count;
            taken[chain - 1] = Taken(uint8(chain), uint16(count));
        }
        return _nonEmpty(taken, random.oneIn(4));
    }

    /// @dev One by one the oldest that is known; then whatever there is.
    function _takeOldest(Attempt memory attempt) private view returns (Taken[] memory taken) {
        taken = new Taken[](CHAINS);
        for (uint256 chain = 1; chain <= CHAINS; ++chain) taken[chain - 1].chain = uint8(chain);
        for (uint256 left = attempt.queueOps; left > 0; --left) {
            uint256 best = 0;
            uint256 bestTime = type(uint256).max;
            for (uint256 chain = 1; chain <= CHAINS; ++chain) {
                Queue storage q = _queues[chain];
                uint256 at = q.consumed + taken[chain - 1].count;
                if (!_takesPart(chain) || (attempt.suspended >> chain) & 1 == 1 || at >= q.requests.length) continue;
                uint256 time = q.posted[at] == 0 ? type(uint256).max - 1 : q.posted[at];
                if (time < bestTime) (best, bestTime) = (chain, time);
            }
            if (best == 0) break;
            ++taken[best - 1].count;
        }
        return _nonEmpty(taken, false);
    }

    /// @dev The rollup names only chains that it has folds of; one of them may take nothing, or not take part.
    function _nonEmpty(Taken[] memory all, bool keepAll) private view returns (Taken[] memory taken) {
        taken = new Taken[](all.length);
        uint256 length = 0;
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i].count != 0 || (keepAll && _takesPart(all[i].chain))) taken[length++] = all[i];
        }
        assembly ("memory-safe") {
            mstore(taken, length)
        }
    }

    /// @return reason Why the batch must be refused; empty: it must be admitted.
    function _verdict(Attempt memory attempt) private view returns (string memory reason) {
        for (uint256 chain = 0; chain < 64; ++chain) {
            bool isSuspended = (attempt.suspended >> chain) & 1 == 1;
            uint256 lease = chain == 0 ? 0 : _queues[chain].lease;
            if (lease == 0) {
                if (isSuspended) return "suspends a chain without a lease";
                continue;
            }
            uint256 last = _queues[chain].acknowledged;
            uint256 silence = attempt.timestamp > last ? attempt.timestamp - last : 0;
            if (isSuspended ? 2 * silence < lease : silence > lease) return "suspended too early or too late";
        }
        if (!_isOverdue(oldestKnown(attempt.suspended)) && !(_isOperator && attempt.submitter == _OPERATOR)) {
            return "neither an operator nor overdue";
        }

        uint256 total = 0;
        uint256 youngest = 0;
        uint256 oldestLeft = type(uint256).max;
        for (uint256 chain = 1; chain <= CHAINS; ++chain) {
            if (!_takesPart(chain)) continue;
            uint256 count = _countOf(attempt.taken, chain);
            Queue storage q = _queues[chain];
            total += count;
            for (uint256 i = q.consumed; i < q.consumed + count; ++i) {
                uint256 time = q.posted[i] == 0 ? type(uint256).max : q.posted[i];
                if (time > youngest) youngest = time;
            }
            if ((attempt.suspended >> chain) & 1 == 1) continue;
            uint256 left = _oldestFrom(chain, q.consumed + count);
            if (left < oldestLeft) oldestLeft = left;
        }
        if (!_isOverdue(oldestLeft)) return "";
        if (total < attempt.queueOps) return "overdue requests beside empty slots";
        if (youngest > oldestLeft) return "overdue requests after younger ones";
    }

    function _accept(Attempt memory attempt) private {
        for (uint256 i = 0; i < attempt.taken.length; ++i) {
            uint8 chain = attempt.taken[i].chain;
            Queue storage q = _queues[chain];
            q.consumed += attempt.taken[i].count;
            _rollup.setConsumedHead(chain, q.heads[q.consumed]);
        }
        uint64 number = ++_number;
        _timestamps[number] = attempt.timestamp;
        AcceptedBatch memory batch;
        batch.circuit = keccak256("circuit");
        batch.header = number | (uint256(attempt.timestamp) << 32) | (uint256(attempt.suspended) << 72);
        batch.previousHash = _rollup.batchHash(number - 1);
        batch.newCommitment = G1Point(number, 2);
        batch.wordsHash = keccak256(abi.encode(number));
        _batches[number] = batch;
        bytes32 hash = keccak256(
            abi.encode(
                uint256(0x63617573657761792e6261746368),
                uint256(7),
                batch.circuit,
                batch.header,
                batch.previousHash,
                batch.newCommitment,
                batch.wordsHash
            )
        );
        _rollup.setBatchHash(number, hash);
    }

    function _countOf(Taken[] memory taken, uint256 chain) private pure returns (uint256) {
        for (uint256 i = 0; i < taken.length; ++i) {
            if (taken[i].chain == chain) return taken[i].count;
        }
        return 0;
    }

    function _oldestFrom(uint256 chain, uint256 start) private view returns (uint256 oldest) {
        oldest = type(uint256).max;
        uint256[] storage posted = _queues[chain].posted;
        for (uint256 i = start; i < posted.length; ++i) {
            if (posted[i] != 0 && posted[i] < oldest) oldest = posted[i];
        }
    }

    function _isOverdue(uint256 posted) private view returns (bool) {
        return posted < _now && _now - posted > FORCE_DELAY;
    }

    function _takesPart(uint256 chain) private view returns (bool) {
        return chain == PRIMARY || _queues[chain].lease != 0;
    }

    function _hash(uint256[3] memory request) private pure returns (bytes32) {
        return keccak256(abi.encode(request));
    }
}
