//! Passwords: what is accepted, and their argon2id hash.
//!
//! Parameters: argon2id, 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet). Length is the rule (NIST
//! SP 800-63B): no signs are demanded, because that makes passwords worse.

use crate::Error;
use crate::faults::Faults;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

const SHORTEST: usize = 12;
const LONGEST: usize = 256;

/// Notes what is wrong with a password to be chosen. 12 to 256 characters, not the e-mail, not one sign repeated.
pub fn check(faults: &mut Faults, password: &str, email: &str) {
    let count = password.chars().count();
    if count == 0 {
        faults.add("password", "required", "Choose a password of at least 12 characters.");
    } else if count < SHORTEST {
        faults.add(
            "password",
            "too-short",
            "Make the password at least 12 characters long. A few words in a row are good.",
        );
    } else if count > LONGEST {
        faults.add("password", "too-long", "Shorten the password to 256 characters.");
    } else if password.trim().eq_ignore_ascii_case(email) || password.chars().all(|c| password.starts_with(c)) {
        faults.add(
            "password",
            "too-simple",
            "This password is too easy to guess. Choose another, for example a few words in a row.",
        );
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// The password's hash as PHC text. Takes tens of milliseconds of one processor.
///
/// # Errors
/// `Password` when memory is short.
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, Error> {
    let hash: PasswordHash = argon2()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(|error| Error::Password(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether the password belongs to the stored hash. Without one (an unknown person, or one who has no password) it
/// costs the same time and the answer is no.
pub fn matches(password: &str, stored: Option<&str>) -> bool {
    // Longer ones are refused when chosen, so they can't be right; hashing a megabyte would be a gift to an attacker.
    let given = if password.len() > LONGEST * 4 { "" } else { password };
    let parsed = stored.and_then(|text| PasswordHash::new(text).ok());
    if let Some(parsed) = parsed {
        return argon2().verify_password(given.as_bytes(), &parsed).is_ok();
    }
    let mut out = [0; 32];
    // The outcome does not matter, only the time that it takes.
    let hashed = argon2().hash_password_into(given.as_bytes(), b"nobody's salt...", &mut out);
    std::hint::black_box((hashed.is_ok(), out));
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::tests::told;

    fn checked(password: &str) -> Result<(), Error> {
        let mut faults = Faults::default();
        check(&mut faults, password, "kari@solvik.example");
        faults.finish(())
    }

    #[test]
    fn length_is_the_rule() {
        assert!(checked("tre røde båter").is_ok());
        assert!(checked("twelve chars").is_ok());
        assert_eq!(told(checked("")), ["password required"]);
        assert_eq!(told(checked("eleven char")), ["password too-short"]);
        assert_eq!(told(checked(&"ab".repeat(129))), ["password too-long"]);
        assert_eq!(told(checked("Kari@Solvik.example")), ["password too-simple"]);
        assert_eq!(told(checked("aaaaaaaaaaaaaa")), ["password too-simple"]);
    }

    #[test]
    fn only_the_same_password_matches() {
        let stored = hash("tre røde båter", &[7; 16]).expect("memory");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(matches("tre røde båter", Some(&stored)));
        assert!(!matches("tre røde bater", Some(&stored)));
        assert!(!matches("tre røde båter", Some("not a hash")));
        assert!(!matches("tre røde båter", None));
        assert_ne!(stored, hash("tre røde båter", &[8; 16]).expect("memory"));
    }
}
