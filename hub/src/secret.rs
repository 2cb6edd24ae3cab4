//! Tokens and enrolment codes: how they look, and how the hub keeps them (as hashes only).

use sha2::{Digest, Sha256};

/// What every token begins with, so that a scan for lost secrets finds it.
const TOKEN_PREFIX: &str = "gdt_";
/// Letters and digits that nobody mistakes for one another: no 0/O, no 1/I.
const CODE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// The letters of one half of a code.
const CODE_HALF: usize = 4;

/// Makes a token of 32 random bytes.
pub fn new_token() -> String {
    let bytes: [u8; 32] = rand::random();
    format!("{TOKEN_PREFIX}{}", hex(&bytes))
}

/// The hash under which a token or code is kept. They are random, so a slow hash would add nothing.
pub fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// Makes an enrolment code, such as `K7QD-2MXA`.
pub fn new_code() -> String {
    let random: [u8; 2 * CODE_HALF] = rand::random();
    let mut code = String::with_capacity(2 * CODE_HALF + 1);
    for (idx, byte) in random.iter().enumerate() {
        if idx == CODE_HALF {
            code.push('-');
        }
        // 32 divides 256, so every letter is as likely as any other
        code.push(char::from(CODE_ALPHABET[usize::from(byte % 32)]));
    }
    code
}

/// A code as typed, read kindly: any case, with or without dash and spaces, and as the two halves that it has. The
/// first half finds the code, so that a wrong second half can be counted against it.
pub fn parse_code(typed: &str) -> Option<(String, String)> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_uppercase();
    let known = code.bytes().all(|byte| CODE_ALPHABET.contains(&byte));
    if code.len() != 2 * CODE_HALF || !known {
        return None;
    }
    Some((code[..CODE_HALF].to_owned(), code))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_in_any_case_with_or_without_dashes() {
        let code = new_code();
        let parsed = parse_code(&code).unwrap();
        assert_eq!(parse_code(&code.to_lowercase().replace('-', "")), Some(parsed.clone()));
        assert_eq!(parse_code(&format!(" {code} ")), Some(parsed.clone()));
        assert!(code.starts_with(&parsed.0));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for typed in ["", "ABCD", "ABCD-EFG0", "ABCD-EFGHJ", "顾客顾客顾客顾客"] {
            assert_eq!(parse_code(typed), None, "{typed}");
        }
    }

    #[test]
    fn tokens_are_long_and_never_alike() {
        assert_ne!(new_token(), new_token());
        assert_eq!(new_token().len(), 4 + 64);
    }
}
