pragma circom 2.2.0;

// If enabled = 1, in is not 0; nothing when it is 0. Inputs: enabled a bit, in any field element. Gates: 1.
template AssertNotZeroIf() {
    signal input enabled;
    signal input in;

    // For in = 0 nothing but enabled = 0 satisfies this; for in ≠ 0 either value of enabled does.
    signal inverse <-- in != 0 ? enabled / in : 0;
    in * inverse === enabled;
}
