//! SHA-256, in hexadecimal: of definitions and protocols.

/// SHA-256 of the bytes as 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    kit::backup::hex(&kit::pictures::sha256(bytes))
}

#[cfg(test)]
mod tests {
    #[test]
    fn of_nothing() {
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(super::sha256(b""), expected);
    }
}
