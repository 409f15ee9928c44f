//! Reading what strace wrote: one call after the other, with the places in the order of events where it began and ended.
//!
//! A call's own thread stands still while strace writes, so what follows from a call (an answer from the sync before it) also
//! stands behind it. A call that another one overtook is told in two lines, `<unfinished ...>` and `<... resumed>`.

use std::collections::HashMap;

/// One system call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Line on which it began.
    pub began: usize,
    /// Line on which it ended.
    pub ended: usize,
    /// Its name.
    pub name: String,
    /// Its arguments, as written.
    pub args: String,
    /// Whether it succeeded.
    pub succeeded: bool,
}

/// Gathers calls from lines.
#[derive(Debug, Default)]
pub struct Reader {
    line: usize,
    unfinished: HashMap<String, (usize, String, String)>,
}

impl Reader {
    /// Takes a line; gives the call that ended on it.
    pub fn take(&mut self, line: &str) -> Option<Call> {
        self.line += 1;
        let (thread, rest) = line.split_once(' ')?;
        let rest = rest.trim_start();
        if let Some(resumed) = rest.strip_prefix("<... ") {
            let (began, name, first) = self.unfinished.remove(thread)?;
            let (_, end) = resumed.split_once("resumed>")?;
            return self.call(began, name, &format!("{first}{end}"));
        }
        let (name, args) = rest.split_once('(')?;
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        if let Some(first) = args.strip_suffix("<unfinished ...>") {
            self.unfinished.insert(thread.to_owned(), (self.line, name.to_owned(), first.to_owned()));
            return None;
        }
        self.call(self.line, name.to_owned(), args)
    }

    fn call(&self, began: usize, name: String, text: &str) -> Option<Call> {
        // The result stands behind the last bracket that is followed by `=`; what is written may hold the same.
        let at = text.rfind(") = ").or_else(|| text.rfind(")  "))?;
        let (args, result) = text.split_at(at);
        let result = result[1..].trim_start().trim_start_matches('=').trim_start();
        let succeeded = result.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
        Some(Call { began, ended: self.line, name, args: args.to_owned(), succeeded })
    }

    /// Calls that never ended: a response may be among them.
    pub fn left(self) -> Vec<Call> {
        let line = self.line;
        let call = |(began, name, args)| Call { began, ended: line, name, args, succeeded: false };
        self.unfinished.into_values().map(call).collect()
    }
}

impl Call {
    /// What its first descriptor stands for: a path, or `TCP:[…]`.
    pub fn descriptor(&self) -> &str {
        let Some((number, rest)) = self.args.split_once('<') else { return "" };
        if !number.trim_start_matches('[').bytes().all(|byte| byte.is_ascii_digit()) {
            return "";
        }
        // A socket is written `TCP:[a->b]`.
        let end = if rest.starts_with("TCP") { rest.find("]>").map(|at| at + 1) } else { rest.find('>') };
        end.map_or("", |end| &rest[..end])
    }

    /// Its quoted texts, unescaped.
    pub fn texts(&self) -> Vec<Vec<u8>> {
        let (mut texts, mut rest) = (Vec::new(), self.args.as_bytes());
        while let Some(at) = rest.iter().position(|byte| *byte == b'"') {
            let (text, after) = unescaped(&rest[at + 1..]);
            texts.push(text);
            rest = after;
        }
        texts
    }

    /// Its first quoted text.
    pub fn text(&self) -> Vec<u8> {
        let rest = self.args.as_bytes();
        rest.iter().position(|byte| *byte == b'"').map_or_else(Vec::new, |at| unescaped(&rest[at + 1..]).0)
    }

    /// Its last two arguments as numbers: length and offset of a `pwrite64`.
    pub fn length_and_offset(&self) -> Option<(usize, usize)> {
        let mut numbers = self.args.rsplit(',');
        let offset = numbers.next()?.trim().parse().ok()?;
        Some((numbers.next()?.trim().parse().ok()?, offset))
    }
}

/// A quoted text from behind its opening quote, and what follows its closing one.
fn unescaped(mut rest: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut bytes = Vec::with_capacity(rest.len().min(4200));
    loop {
        match rest {
            [] => return (bytes, rest),
            [b'"', after @ ..] => return (bytes, after),
            [b'\\', digit @ b'0'..=b'7', ..] => {
                let _ = digit;
                let digits = rest[1..].iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
                let value = rest[1..=digits].iter().fold(0_u32, |value, byte| value * 8 + u32::from(byte - b'0'));
                bytes.push(value as u8);
                rest = &rest[1 + digits..];
            }
            [b'\\', escaped, after @ ..] => {
                bytes.push(match escaped {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'v' => 11,
                    b'f' => 12,
                    other => *other,
                });
                rest = after;
            }
            [byte, after @ ..] => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_overtaken_by_others_are_put_together() {
        let mut reader = Reader::default();
        assert_eq!(reader.take("7 fsync(5</d/a.sqlite-wal> <unfinished ...>"), None);
        let call = reader
            .take(r#"8 sendto(9<TCP:[127.0.0.1:1->127.0.0.1:2]>, "a) = \"b\0\0012", 4, 0, NULL, 0) = 4"#)
            .unwrap();
        assert_eq!((call.descriptor(), call.text()), ("TCP:[127.0.0.1:1->127.0.0.1:2]", b"a) = \"b\0\x012".to_vec()));
        let call = reader.take("7 <... fsync resumed>)    = -1 EIO (Input/output error) (INJECTED)").unwrap();
        assert_eq!((call.began, call.ended, call.descriptor(), call.succeeded), (1, 3, "/d/a.sqlite-wal", false));
        let call = reader.take(r#"7 pwrite64(5</d/a>, "\0\1\n"..., 4096, 8296) = 4096"#).unwrap();
        assert_eq!((call.text(), call.length_and_offset()), (b"\0\x01\n".to_vec(), Some((4096, 8296))));
        let call = reader.take(r#"7 renameat2(AT_FDCWD</>, "/a", AT_FDCWD</>, "/b", RENAME_NOREPLACE) = 0"#).unwrap();
        assert_eq!((call.texts(), call.descriptor()), (vec![b"/a".to_vec(), b"/b".to_vec()], ""));
        assert_eq!(reader.take("7 +++ exited with 0 +++"), None);
    }
}
