// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Handler} from "./Handler.sol";
import {LedgerHarness} from "./LedgerHarness.sol";
import {Random} from "./Random.sol";

/// @notice Random batches and caps for a zUSD ledger. Words are built from the layouts in docs/protocol.md.
contract LedgerHandler is Handler {
    using Random for Random.Source;

    struct CapChange {
        uint256 from;
        uint256 cap;
    }

    /// @dev A batch in the making.
    struct Draft {
        uint256 number;
        uint256[] words;
        /// @dev By chain, as it would be after the ops so far.
        uint256[4] issued;
        /// @dev Words of queue ops which the ledger must refuse instead of those at the same position; 0: none.
        uint256[] wrong;
    }

    uint256 public constant CHAINS = 3;
    uint256 private constant _EXECUTED = 1 << 203;
    uint256 private constant _COVERED = 1 << 204;

    LedgerHarness public immutable ledger = new LedgerHarness();

    uint256 public number;
    /// @notice Model: zUSD that ever came in from a chain, and that ever left to it.
    mapping(uint256 chain => uint256) public entered;
    mapping(uint256 chain => uint256) public left;
    /// @notice Model: the highest cap under which deposits of a chain were credited.
    mapping(uint256 chain => uint256) public highestCap;
    mapping(uint256 chain => CapChange[]) private _changes;

    function setCap(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 chain = random.oneIn(16) ? random.below(2) * 64 : 1 + random.below(CHAINS);
        uint256 from = random.oneIn(8) ? random.upTo(number) : number + 1 + random.below(4);
        uint256 cap = random.upTo(type(uint104).max);
        bool isRefused = chain % 64 == 0 || from <= number;
        try ledger.setCap(uint8(chain), uint104(cap), uint48(from)) {
            _check(!isRefused, "a cap for no chain, or for the past");
        } catch {
            _check(isRefused, "a cap was refused");
            return;
        }
        CapChange[] storage changes = _changes[chain];
        if (changes.length != 0 && changes[changes.length - 1].from > number) changes.pop();
        changes.push(CapChange(from, cap));
    }

    /// @notice One batch; before it, one that differs in an op and must be refused: in its flag, or in what leaves.
    function submit(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 slots = 1 + random.below(5);
        uint256 signed = random.below(7);
        Draft memory draft;
        draft.number = number + 1;
        draft.words = new uint256[](1 + 3 * slots + signed);
        draft.wrong = new uint256[](draft.words.length);
        draft.words[0] = draft.number;
        for (uint256 chain = 1; chain <= CHAINS; ++chain) draft.issued[chain] = issued(chain);

        for (uint256 i = 0; i < slots; ++i) _queueOp(draft, 1 + 3 * i, random);
        _signedOps(draft, 1 + 3 * slots, random);

        uint256[] memory words = draft.words;
        // From a random op on, the first that has a wrong version.
        uint256 at = random.below(words.length);
        for (uint256 i = 0; i < words.length && draft.wrong[at] == 0; ++i) at = (at + 1) % words.length;
        if (draft.wrong[at] != 0) {
            uint256 right = words[at];
            words[at] = draft.wrong[at];
            try ledger.accept(words, slots) {
                revert Broken("a wrong op was accepted");
            } catch {
                words[at] = right;
            }
        }
        ledger.accept(words, slots);
        ++number;
        _count(draft);
    }

    /// @notice Model: zUSD that a chain stands for.
    function issued(uint256 chain) public view returns (uint256) {
        return entered[chain] - left[chain];
    }

    /// @notice Model: the cap of a chain for a batch.
    function capOf(uint256 chain, uint256 batch) public view returns (uint256) {
        CapChange[] storage changes = _changes[chain];
        for (uint256 i = changes.length; i > 0; --i) {
            if (changes[i - 1].from <= batch) return changes[i - 1].cap;
        }
        return 0;
    }

    function _queueOp(Draft memory draft, uint256 at, Random.Source memory random) private view {
        uint256 kind = random.below(10);
        if (kind == 0) return;
        uint256 chain = 1 + random.below(CHAINS);
        uint256 common = (chain << 8) | (random.below(1 << 22) << 14) | (random.below(1 << 23) << 36);
        draft.words[at + 1] = random.word() >> 3;
        draft.words[at + 2] = random.below(1 << 160);
        if (kind < 4) _deposit(draft, at, common, random);
        else if (kind < 6) _exit(draft, at, common, random);
        else if (kind < 8) _route(draft, at, chain, random);
        else _other(draft, at, common, random);
    }

    /// @dev A deposit of zUSD. It is covered if the cap leaves room; one that is covered may fail for other reasons.
    function _deposit(Draft memory draft, uint256 at, uint256 common, Random.Source memory random) private view {
        uint256 chain = (common >> 8) & 63;
        uint256 cap = capOf(chain, draft.number);
        uint256 room = cap > draft.issued[chain] ? cap - draft.issued[chain] : 0;
        uint256 amount = room + random.below(2);
        if (random.oneIn(2)) amount = random.upTo(random.oneIn(3) ? type(uint104).max : room);
        bool isCovered = amount <= room && draft.issued[chain] <= cap;
        uint256 word = 0x20 | common | (1 << 59) | (amount << 75);
        if (isCovered) word |= _COVERED;
        if (isCovered && !random.oneIn(4)) {
            word |= _EXECUTED;
            draft.issued[chain] += amount;
        }
        draft.words[at] = word;
        draft.wrong[at] = word ^ _COVERED;
    }

    /// @dev An exit of a cell of zUSD: all of it if that much is issued to the payer, else what is issued.
    function _exit(Draft memory draft, uint256 at, uint256 common, Random.Source memory random) private pure {
        uint256 payer = 1 + random.below(CHAINS);
        uint256 all = draft.issued[payer];
        draft.words[at + 1] = (draft.words[at + 1] & ~(uint256(63) << 160)) | (payer << 160);
        uint256 word = 0x22 | common | (1 << 59);
        if (random.oneIn(4)) {
            // Not executed: nothing leaves, and the flag says so.
            draft.words[at] = word | _COVERED;
            if (all != 0) draft.wrong[at] = word;
            return;
        }
        uint256 balance = random.oneIn(3) ? all + 1 + random.upTo(1 << 100) : random.upTo(all);
        word |= _EXECUTED;
        if (balance <= all) {
            draft.words[at] = word | _COVERED | (balance << 75);
            // That the balance is more than what is issued is for the circuit to say.
            if (balance != all) draft.wrong[at] = word | (balance << 75);
            draft.issued[payer] -= balance;
        } else {
            draft.words[at] = word | (all << 75);
            draft.wrong[at] = word | _COVERED | (balance << 75);
            draft.issued[payer] = 0;
        }
    }

    /// @dev A route. It is covered if the source's cap leaves room and, with it, enough is issued to the destination.
    function _route(Draft memory draft, uint256 at, uint256 chain, Random.Source memory random) private view {
        uint256 payer = 1 + random.below(CHAINS);
        draft.words[at + 1] = (draft.words[at + 1] & ~(uint256(63) << 160)) | (payer << 160);
        uint256 cap = capOf(chain, draft.number);
        uint256 room = cap > draft.issued[chain] ? cap - draft.issued[chain] : 0;
        uint256 all = payer == chain ? type(uint256).max : draft.issued[payer];
        uint256 most = room < all ? room : all;
        uint256 amount = most + random.below(2);
        if (random.oneIn(2)) amount = random.upTo(random.oneIn(3) ? type(uint104).max : most);
        bool isCovered = amount <= most && draft.issued[chain] <= cap;
        uint256 word = 0x23 | (chain << 8) | (1 << 59) | (amount << 75);
        if (isCovered) word |= _COVERED;
        // It may be late.
        if (isCovered && !random.oneIn(4)) {
            word |= _EXECUTED;
            draft.issued[chain] += amount;
            draft.issued[payer] -= amount;
        }
        draft.words[at] = word;
        draft.wrong[at] = word ^ _COVERED;
    }

    /// @dev A deposit or exit of another token, or a SetKey: the ledger does not move.
    function _other(Draft memory draft, uint256 at, uint256 common, Random.Source memory random) private pure {
        uint256[3] memory ops = [uint256(0x20), 0x21, 0x22];
        uint256 op = ops[random.below(3)];
        uint256 word = op | common | _COVERED;
        if (op != 0x21) word |= ((2 + random.below(65534)) << 59) | (random.below(1 << 104) << 75);
        if (random.oneIn(2)) word |= _EXECUTED;
        draft.words[at] = word;
        draft.wrong[at] = word ^ _COVERED;
    }

    /// @dev Withdrawals of zUSD with packed or exact amounts, among other ops. Slots are in pairs from `first` on.
    function _signedOps(Draft memory draft, uint256 first, Random.Source memory random) private pure {
        for (uint256 at = first; at < draft.words.length; ++at) {
            uint256 kind = random.below(6);
            uint256 chain = 1 + random.below(CHAINS);
            uint256 noise = random.word() & ~uint256((1 << 71) - 1) & (type(uint256).max >> 3);
            if (kind == 0) continue;
            if (kind == 1) {
                // Ops below 64 and withdrawals of other tokens.
                draft.words[at] = noise | (random.oneIn(2) ? 64 + chain : 1 + random.below(3));
                continue;
            }
            uint256 all = draft.issued[chain];
            uint256 exponent = random.below(25);
            uint256 most = all / 10 ** exponent < (1 << 35) ? all / 10 ** exponent : (1 << 35) - 1;
            uint256 mantissa = random.upTo(most);
            draft.words[at] = noise | (128 + chain) | (mantissa << 31) | (exponent << 66);
            if ((at - first) % 2 == 0 && at + 1 < draft.words.length && random.oneIn(2)) {
                // The packed amount says nothing then.
                uint256 amount = random.upTo(all);
                draft.words[at + 1] = 4 | (amount << 106);
                draft.wrong[at + 1] = 4 | ((all + 1 + random.upTo(1 << 64)) << 106);
                draft.issued[chain] -= amount;
                ++at;
                continue;
            }
            draft.issued[chain] -= mantissa * 10 ** exponent;
            if (most < (1 << 35) - 1) {
                draft.wrong[at] = noise | (128 + chain) | ((most + 1) << 31) | (exponent << 66);
            }
        }
    }

    /// @dev Growth and decrease from the words alone.
    function _count(Draft memory draft) private {
        for (uint256 chain = 1; chain <= CHAINS; ++chain) {
            (uint256 before, uint256 afterwards) = (issued(chain), draft.issued[chain]);
            if (afterwards >= before) entered[chain] += afterwards - before;
            else left[chain] += before - afterwards;
            uint256 cap = capOf(chain, draft.number);
            if (afterwards > before && cap > highestCap[chain]) highestCap[chain] = cap;
        }
    }
}
