//! The arithmetic of the message-security assist: FIPS 180-4, FIPS 197, FIPS 202, SP 800-38. DES is the `des` crate's.

pub(crate) mod aes;
pub(crate) mod block;
pub(crate) mod field;
pub(crate) mod keccak;
pub(crate) mod sha;
