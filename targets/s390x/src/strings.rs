//! Instructions on strings of any length, which may end before they are done (PoP, "Interruptible Instructions").
