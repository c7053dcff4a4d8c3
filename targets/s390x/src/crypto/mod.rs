//! The arithmetic of the message-security assist: FIPS 180-4 and FIPS 197.

pub(crate) mod aes;
pub(crate) mod sha;
