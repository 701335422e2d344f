// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @notice Point of BN254's group G1, affine; (0, 0) is the point at infinity (EIP-196).
struct G1Point {
    uint256 x;
    uint256 y;
}

/// @notice A circuit that batches may be proven with. One storage slot.
struct Circuit {
    /// @dev Contract made from the circuit's verification key.
    address verifier;
    /// @dev Queue op slots, Q.
    uint16 queueOps;
    /// @dev Signed op slots, S.
    uint16 signedOps;
    /// @dev Number of the first batch that may be proven with it; 0: the first of all.
    uint32 activeFrom;
    /// @dev Number of the first batch that may not be proven with it any more; 0: none.
    uint32 retiredFrom;
}

/// @notice Shows that what a batch consumes of one chain's request queue is a prefix of that queue.
struct QueueFold {
    /// @dev Index of the chain whose queue it is, 1..63.
    uint8 chain;
    /// @dev Requests of the queue up to a head that is known: a recent one of the own vault, or a fact's.
    uint64 count;
    /// @dev Hashes of the requests after those consumed and up to `count`, oldest first.
    bytes32[] later;
}

/// @notice A batch as it is submitted.
struct Batch {
    /// @dev Circuit id: hash of the verification key.
    bytes32 circuit;
    /// @dev Pubdata: header, three words per queue op, one word per signed op; each below the field's order.
    uint256[] words;
    /// @dev State commitment after the batch, C'.
    G1Point newCommitment;
    /// @dev Commitment of the quotient, C_Q; infinity is legal.
    G1Point quotient;
    /// @dev Digest of everything the prover commits to before the challenge, below the field's order.
    uint256 digest;
    /// @dev Values at the challenge of the old state, the quotient and the new state, below the field's order.
    uint256 oldEval;
    uint256 quotientEval;
    uint256 newEval;
    /// @dev One KZG opening of the three; infinity is legal.
    G1Point opening;
    /// @dev The PLONK proof, as snarkjs orders its words.
    uint256[24] proof;
    /// @dev One for each chain whose queue must be checked here, chains strictly increasing.
    QueueFold[] folds;
}

/// @notice What names an accepted batch: the preimage of its hash, but for the domain.
struct AcceptedBatch {
    /// @dev Circuit id.
    bytes32 circuit;
    /// @dev Its first word.
    uint256 header;
    bytes32 previousHash;
    /// @dev State commitment after the batch, C'.
    G1Point newCommitment;
    /// @dev keccak256 of its words.
    bytes32 wordsHash;
}

/// @notice What a batch consumes of one chain's queue.
struct Taken {
    uint8 chain;
    uint16 count;
}

/// @notice How the primary chain sees a chain. One storage slot.
struct ChainStatus {
    /// @dev Timestamp of the highest batch that the chain acknowledged, unix seconds.
    uint40 acknowledged;
    /// @dev Seconds of silence after which the chain is suspended; 0: it does not take part.
    uint32 lease;
    /// @dev Requests of its queue that batches have consumed.
    uint48 consumed;
    /// @dev Requests of its queue that are known; of no use when more are consumed.
    uint48 known;
    /// @dev Index of the post that holds the oldest known request not consumed.
    uint32 firstPost;
}

/// @notice Requests of one chain that became known together: those before `end` that earlier posts do not hold.
struct Post {
    uint64 end;
    /// @dev Unix seconds.
    uint64 time;
}

/// @notice A payment that a batch orders on one chain. Two storage slots; the first is hashed as one word.
struct Payment {
    address recipient;
    /// @dev Token id: one of the chain, or zUSD.
    uint16 token;
    /// @dev zUSD: the chain's own number of the token to redeem into, 0: none. Else 0.
    uint16 into;
    /// @dev zUSD: packed amount, the least to accept from the redemption. Else 0.
    uint40 minOut;
    /// @dev In the token's own units.
    uint128 amount;
}

/// @notice What a depositor asks for.
struct DepositRequest {
    /// @dev A listed token, `NATIVE`, or zUSD.
    address token;
    /// @dev In the token's own units; what is credited is what the vault receives, or the zUSD that it mints.
    uint256 amount;
    /// @dev L1 address of a new account's owner, and who is refunded; not 0.
    address owner;
    /// @dev Account to credit, below N/4; 0: a new one.
    uint32 account;
    /// @dev Balance cell to credit, below N/2; 0: a new one. Must be 0 for a new account.
    uint32 cell;
    /// @dev y coordinate of the account's Baby Jubjub key, below the field's order; 0: none. Only from the owner itself.
    uint256 key;
    /// @dev Credits the token as it is, and not zUSD for it, where the token has a facility.
    bool keepToken;
}

/// @notice What a user asks for who swaps a stablecoin here into one of another chain, or of this.
struct SwapRequest {
    /// @dev zUSD, or a token with a facility here.
    address tokenIn;
    /// @dev In its own units.
    uint256 amountIn;
    /// @dev The destination's local number of the token wanted, below 2^10; 0: zUSD.
    uint16 tokenOut;
    /// @dev Least of it to accept, in its own units, below 2^128; 0: what its facility says, `IPeggedFacility.leastOut`. Of more
    ///   than 35 bits the 35 highest decimal ones count, rounded up.
    uint256 minOut;
    /// @dev Index of the chain that pays, 1..63.
    uint8 destination;
    /// @dev Who receives there; not 0.
    address recipient;
    /// @dev Unix seconds: a batch after it refunds zUSD to the sender. Not past, and below 2^40.
    uint64 deadline;
}

/// @notice An ERC-2612 permit of the caller's to the vault.
struct Permit {
    uint256 value;
    /// @dev Unix seconds.
    uint256 deadline;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @notice What an owner asks for who leaves.
struct ExitRequest {
    /// @dev The sender's account, 1 or more and below N/4.
    uint32 account;
    /// @dev Its balance cell to empty, 1 or more and below N/2.
    uint32 cell;
    /// @dev Token id of the cell.
    uint16 token;
    /// @dev Chain that pays, 1..63: the token's, or any for zUSD.
    uint8 payer;
    /// @dev Who receives there; not 0.
    address recipient;
}

/// @dev Stands for the chain's native coin where a token address is expected.
address constant NATIVE = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;
