/** Where things are in a field's constants, and the sizes of a block; `../layout.ts` writes what is read here. */

/** Bits of a limb. */
export const LIMB_BITS: i32 = 29;
export const LIMB_MASK: i32 = 0x1fffffff;

/** Bytes of a block: nine vectors of four 32-bit lanes. */
export const BLOCK: usize = 144;

/** Offsets in a field's constants: p itself is at 0; all but the exponent are blocks with equal lanes. */
export const NEGATED_INVERSE: usize = 144; // −1/p mod 2^29
export const TWO_P: usize = 160;
export const FOUR_P: usize = 304;
export const ONE: usize = 448; // 2^261 mod p: the number 1
export const RAW_ONE: usize = 592; // 1: makes x·2^261 into x
export const EXPONENT: usize = 736; // p − 2, eight words
