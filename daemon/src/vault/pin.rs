//! PINs: what is taken for one, and the key that one is stretched to (Argon2id, RFC 9106).

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::vault::seal::Key;

/// The fewest digits.
pub const MIN_DIGITS: usize = 6;
/// The most digits.
pub const MAX_DIGITS: usize = 12;

/// Why something is no PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinFault {
    /// Too short, too long, or not digits.
    #[error("a PIN has {MIN_DIGITS} to {MAX_DIGITS} digits")]
    Digits,
    /// One that anybody tries first.
    #[error("this PIN is too easy to guess: not one digit again and again, and no digits in a row")]
    Easy,
}

/// A PIN; it is never printed.
#[derive(Clone)]
pub struct Pin(Zeroizing<String>);

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(…)")
    }
}

impl Pin {
    /// What was typed to unlock; full-width digits are digits too.
    pub fn typed(text: &str) -> Self {
        let digit = |c: char| match c {
            '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
            c => c,
        };
        Self(Zeroizing::new(text.trim().chars().map(digit).collect()))
    }

    /// What was typed to be the PIN from now on.
    pub fn chosen(text: &str) -> Result<Self, PinFault> {
        let pin = Self::typed(text);
        let digits = pin.0.as_bytes();
        if !(MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
            return Err(PinFault::Digits);
        }
        let steps = |by: i16| digits.windows(2).all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == by);
        if [-1, 0, 1].into_iter().any(steps) { Err(PinFault::Easy) } else { Ok(pin) }
    }
}

/// What stretching a PIN takes. It is kept beside the salt, so that it can grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// Memory, in KiB.
    pub m_kib: u32,
    /// Rounds.
    pub t: u32,
}

impl Effort {
    /// What RFC 9106 recommends where memory is scarce: 64 MiB, three rounds.
    pub const REAL: Self = Self { m_kib: 64 * 1024, t: 3 };
    /// Hardly any, for tests that unlock a thousand times.
    pub const LITTLE: Self = Self { m_kib: 64, t: 1 };

    /// The key that a PIN is stretched to. None where the effort that was noted down is none, or memory is missing.
    pub fn stretch(self, pin: &Pin, salt: &[u8]) -> Option<Key> {
        let params = Params::new(self.m_kib, self.t, 1, Some(32)).ok()?;
        let mut bytes = Zeroizing::new([0; 32]);
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password_into(pin.0.as_bytes(), salt, bytes.as_mut()).ok()?;
        Key::from_bytes(bytes.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_has_six_to_twelve_digits_and_is_not_the_first_that_anybody_tries() {
        for good in ["190283", "112233", "０９１２３７", "135792468013", " 271828 "] {
            Pin::chosen(good).unwrap();
        }
        for bad in ["", "12345", "1234567890123", "12a456", "一二三四五六"] {
            assert_eq!(Pin::chosen(bad).unwrap_err(), PinFault::Digits, "{bad}");
        }
        for easy in ["000000", "123456", "987654", "５５５５５５"] {
            assert_eq!(Pin::chosen(easy).unwrap_err(), PinFault::Easy, "{easy}");
        }
        assert_eq!(format!("{:?}", Pin::typed("190283")), "Pin(…)");
    }

    #[test]
    fn the_same_pin_and_salt_give_the_same_key_and_no_others_do() {
        let key = |pin: &str, salt: &[u8]| *Effort::LITTLE.stretch(&Pin::typed(pin), salt).unwrap().bytes();
        let one = key("190283", &[1; 16]);
        assert_eq!(one, key("１９０２８３", &[1; 16]));
        assert_ne!(one, key("190284", &[1; 16]));
        assert_ne!(one, key("190283", &[2; 16]));
        assert!(Effort { m_kib: 0, t: 0 }.stretch(&Pin::typed("1"), &[1; 16]).is_none());
    }
}
