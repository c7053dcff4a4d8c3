//! Block ciphers under one roof: DES, triple DES with two and three keys, and AES.

use des::cipher::generic_array::GenericArray;
use des::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use des::{Des, TdesEde2, TdesEde3};

use super::aes;

/// A cipher with its key. Parity bits of DES keys have no meaning.
pub(crate) enum Cipher {
    Des(Box<Des>),
    Triple2(Box<TdesEde2>),
    Triple3(Box<TdesEde3>),
    Aes(aes::Key),
}

/// Applies `step` to the leftmost eight bytes.
fn eight(block: u128, step: impl Fn(&mut GenericArray<u8, des::cipher::consts::U8>)) -> u128 {
    let mut bytes = ((block >> 64) as u64).to_be_bytes().into();
    step(&mut bytes);
    u128::from(u64::from_be_bytes(bytes.into())) << 64
}

impl Cipher {
    /// DES for a key of 8 bytes, triple DES for 16 and 24.
    pub(crate) fn des(key: &[u8]) -> Cipher {
        match key.len() {
            8 => Cipher::Des(Box::new(Des::new(key.into()))),
            16 => Cipher::Triple2(Box::new(TdesEde2::new(key.into()))),
            _ => Cipher::Triple3(Box::new(TdesEde3::new(key.into()))),
        }
    }

    /// AES for a key of 16, 24 or 32 bytes.
    pub(crate) fn aes(key: &[u8]) -> Cipher {
        Cipher::Aes(aes::Key::new(key))
    }

    /// Bytes of a block: it is at the left of 16.
    pub(crate) fn size(&self) -> u64 {
        if matches!(self, Cipher::Aes(_)) { 16 } else { 8 }
    }

    /// Enciphers a block.
    pub(crate) fn encipher(&self, block: u128) -> u128 {
        match self {
            Cipher::Des(key) => eight(block, |b| key.encrypt_block(b)),
            Cipher::Triple2(key) => eight(block, |b| key.encrypt_block(b)),
            Cipher::Triple3(key) => eight(block, |b| key.encrypt_block(b)),
            Cipher::Aes(key) => key.encipher(block),
        }
    }

    /// Deciphers a block.
    pub(crate) fn decipher(&self, block: u128) -> u128 {
        match self {
            Cipher::Des(key) => eight(block, |b| key.decrypt_block(b)),
            Cipher::Triple2(key) => eight(block, |b| key.decrypt_block(b)),
            Cipher::Triple3(key) => eight(block, |b| key.decrypt_block(b)),
            Cipher::Aes(key) => key.decipher(block),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SP 800-67 (revision 2), appendix B.1, the first block; with one key for all three, and of two, it is as the standard's options say.
    #[test]
    fn example_of_the_standard() {
        let key = 0x0123_4567_89ab_cdef_2345_6789_abcd_ef01_u128.to_be_bytes();
        let keys = [&key[..], &0x4567_89ab_cdef_0123_u64.to_be_bytes()].concat();
        let text = u128::from(0x5468_6520_7175_6663_u64) << 64;
        let triple = Cipher::des(&keys);
        assert_eq!(triple.encipher(text) >> 64, 0xa826_fd8c_e53b_855f);
        assert_eq!(triple.decipher(triple.encipher(text)), text);
        let (single, same) = (Cipher::des(&key[..8]), Cipher::des(&key[..8].repeat(3)));
        assert_eq!(single.encipher(text), same.encipher(text));
        let two = Cipher::des(&key);
        assert_eq!(two.encipher(text), Cipher::des(&[&key[..], &key[..8]].concat()).encipher(text));
    }
}
