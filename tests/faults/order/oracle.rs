//! The oracle: an answer may leave only after the syncs of everything that it promises.
//!
//! A promise is found by its content, not by its time: the event `ReferralSubmitted` of a referral stands in one transaction of
//! the write-ahead log, and the first transaction that holds it is the one that its answer rests on, whatever else is written
//! meanwhile. A transaction is its frames up to the one that says how large the database is after the commit. It is on the disk
//! with the first sync of that log that *began* after its last write ended. An object is on the disk when its file was synced
//! after its last write and before it got its name, and its directory after that. A file of which one sync failed is never
//! synced again: the kernel may have forgotten what it could not write.

use super::trace::{Call, Reader};
use kit::pictures::sha256;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What the driver sent and was answered with 2xx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    pub referral: Uuid,
    pub image: Uuid,
    /// The upload that carried it.
    pub upload: Uuid,
    /// Its length.
    pub length: usize,
    /// Whether the submission was acknowledged (otherwise the picture alone).
    pub submitted: bool,
}

/// Bytes of a header of the write-ahead log, of a frame's header, of a page.
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const PAGE: usize = 4096;
/// How far behind its kind an event's subject stands at most.
const NEAR: usize = 200;

/// Syncs of one file or directory.
#[derive(Debug, Default)]
struct Syncs {
    done: Vec<(usize, usize)>,
    failed: Option<usize>,
}

impl Syncs {
    /// Where a sync that began after `written` had ended, if there was one before any failed.
    fn after(&self, written: usize) -> Option<usize> {
        let trusted = |began: usize| self.failed.is_none_or(|failed| began < failed);
        self.done.iter().find(|(began, _)| *began > written && trusted(*began)).map(|(_, ended)| *ended)
    }
}

/// An answer with 2xx.
#[derive(Debug)]
struct Answer {
    request: String,
    /// Where the request was read.
    asked: usize,
    /// Where the answer began to leave.
    left: usize,
    /// `Upload-Offset`.
    offset: Option<usize>,
}

/// What stands in a log for the first time with a transaction.
type Mark = (String, &'static str, Uuid);

const SUBMITTED: &str = "ReferralSubmitted";
const SUCCEEDED: &str = "UploadSucceeded";
const KEY: &str = "data key";

/// Everything that matters of a trace.
#[derive(Debug, Default)]
pub struct Oracle {
    known: HashSet<Uuid>,
    syncs: HashMap<String, Syncs>,
    /// Marks of the transaction that is being written, by log.
    writing: HashMap<String, (bool, Vec<Mark>)>,
    /// Where the transaction that first held a mark was written whole.
    committed: HashMap<Mark, usize>,
    /// Last write to a file that is no log.
    written: HashMap<String, usize>,
    /// By new name: where the file was known to be synced when it got the name (if it was), and where it got it.
    named: HashMap<String, (Option<usize>, usize)>,
    /// The request that each connection waits for an answer to, and where it was read.
    asked: HashMap<String, (String, usize)>,
    answers: Vec<Answer>,
    /// The first sync that failed.
    pub failed: Option<(usize, String)>,
}

impl Oracle {
    /// Reads a trace in which these were sent.
    pub fn read(lines: impl Iterator<Item = String>, sent: &[Sent]) -> Self {
        let known = sent.iter().map(|one| one.referral).collect();
        let mut oracle = Self { known, ..Self::default() };
        let mut reader = Reader::default();
        for line in lines {
            if let Some(call) = reader.take(&line) {
                oracle.take(&call);
            }
        }
        for call in reader.left() {
            oracle.take(&call);
        }
        oracle
    }

    fn take(&mut self, call: &Call) {
        let file = call.descriptor().to_owned();
        match call.name.as_str() {
            "fsync" | "fdatasync" => self.sync(call, file),
            "pwrite64" if file.ends_with("-wal") => self.log(call, &file),
            "rename" | "renameat" | "renameat2" | "link" | "linkat" if call.succeeded => self.name(call),
            "recvfrom" | "read" if file.starts_with("TCP") => self.request(call, file),
            "sendto" | "write" | "writev" | "sendmsg" if file.starts_with("TCP") => self.answer(call, &file),
            "write" | "writev" | "pwrite64" | "pwritev" | "ftruncate" => {
                self.written.insert(file, call.ended);
            }
            _ => {}
        }
    }

    fn sync(&mut self, call: &Call, file: String) {
        if !call.succeeded && self.failed.is_none() {
            self.failed = Some((call.ended, file.clone()));
        }
        let syncs = self.syncs.entry(file).or_default();
        if call.succeeded {
            syncs.done.push((call.began, call.ended));
        } else {
            syncs.failed = Some(syncs.failed.map_or(call.began, |failed| failed.min(call.began)));
        }
    }

    /// A piece of a write-ahead log: its header, a frame's header, a page.
    fn log(&mut self, call: &Call, file: &str) {
        let Some((length, offset)) = call.length_and_offset() else { return };
        let place = offset.checked_sub(LOG_HEADER).map(|at| at % (FRAME_HEADER + PAGE));
        let (commit, marks) = self.writing.entry(file.to_owned()).or_default();
        match place {
            Some(0) if length == FRAME_HEADER => {
                *commit = call.text().get(4..8).is_some_and(|size| size != [0; 4]);
            }
            Some(FRAME_HEADER) if length == PAGE => {
                marks.extend(found(file, &call.text(), &self.known));
                if *commit && call.succeeded {
                    for mark in std::mem::take(marks) {
                        self.committed.entry(mark).or_insert(call.ended);
                    }
                }
            }
            _ => {}
        }
    }

    fn name(&mut self, call: &Call) {
        let texts = call.texts();
        let [from, to] = texts.as_slice() else { return };
        let (from, to) = (String::from_utf8_lossy(from).into_owned(), String::from_utf8_lossy(to).into_owned());
        let written = self.written.get(&from).copied().unwrap_or_default();
        let synced = self.syncs.get(&from).and_then(|syncs| syncs.after(written)).filter(|ended| *ended < call.began);
        self.named.insert(to, (synced, call.ended));
    }

    fn request(&mut self, call: &Call, connection: String) {
        let text = call.text();
        let text = String::from_utf8_lossy(&text);
        if let Some(line) = text.lines().next().and_then(|line| line.strip_suffix(" HTTP/1.1")) {
            self.asked.insert(connection, (line.to_owned(), call.began));
        }
    }

    fn answer(&mut self, call: &Call, connection: &str) {
        let text = call.text();
        if !text.starts_with(b"HTTP/1.1 ") {
            return;
        }
        let (request, asked) = self.asked.remove(connection).unwrap_or_default();
        if text.get(9) == Some(&b'2') {
            let head = String::from_utf8_lossy(&text).to_lowercase();
            let offset = head.lines().find_map(|line| line.strip_prefix("upload-offset: ")?.trim().parse().ok());
            self.answers.push(Answer { request, asked, left: call.began, offset });
        }
    }

    /// Requests that were read after the first sync had failed, and acknowledged all the same. What was under way at that moment
    /// may still leave when its own syncs are done: [`Oracle::judge`] looks at those.
    pub fn after_failure(&self) -> Vec<&str> {
        let Some((failed, _)) = &self.failed else { return Vec::new() };
        self.answers.iter().filter(|one| one.asked > *failed).map(|one| one.request.as_str()).collect()
    }

    /// Judges every acknowledgement; the errors, one line each.
    pub fn judge(&self, data: &str, sent: &[Sent]) -> Vec<String> {
        sent.iter()
            .flat_map(|one| self.picture(data, one).err().into_iter().chain(self.submission(data, one).err()))
            .collect()
    }

    /// The answer to the last piece leaves after transaction, key, file and directory.
    fn picture(&self, data: &str, sent: &Sent) -> Result<(), String> {
        let of = |what: &str| format!("picture {} of {}: {what}", sent.image, sent.referral);
        let patch = format!("PATCH /api/intake/uploads/{}", sent.upload);
        let finished = |one: &&Answer| one.request == patch && one.offset == Some(sent.length);
        let found = self.answers.iter().find(finished);
        let left = found.ok_or_else(|| of("its answer is not in the trace"))?.left;
        self.transaction(&format!("{data}/lysbro.sqlite-wal"), SUCCEEDED, sent.referral, left)
            .map_err(|why| of(&why))?;
        self.transaction(&format!("{data}/keys.sqlite-wal"), KEY, sent.referral, left).map_err(|why| of(&why))?;
        let name = hex::encode(sha256(format!("originals/{}", sent.image).as_bytes()));
        let folder = format!("{data}/objects/buckets/lysbro/{}", &name[..2]);
        let (synced, named) =
            self.named.get(&format!("{folder}/{name}")).ok_or_else(|| of("its file never got its name"))?;
        synced.ok_or_else(|| of("its file was not synced before it got its name"))?;
        let kept = self.syncs.get(&folder).and_then(|syncs| syncs.after(*named));
        if kept.is_some_and(|kept| kept < left) { Ok(()) } else { Err(of("answered before its directory was synced")) }
    }

    fn submission(&self, data: &str, sent: &Sent) -> Result<(), String> {
        if !sent.submitted {
            return Ok(());
        }
        let of = |what: &str| format!("submission of {}: {what}", sent.referral);
        let post = format!("POST /api/intake/referrals/{}/submit", sent.referral);
        let found = self.answers.iter().find(|one| one.request == post);
        let left = found.ok_or_else(|| of("its answer is not in the trace"))?.left;
        self.transaction(&format!("{data}/lysbro.sqlite-wal"), SUBMITTED, sent.referral, left).map_err(|why| of(&why))
    }

    /// The first transaction with the mark was synced before `left`.
    fn transaction(&self, log: &str, kind: &'static str, subject: Uuid, left: usize) -> Result<(), String> {
        let written = self.committed.get(&(log.to_owned(), kind, subject));
        let written = written.ok_or_else(|| format!("no transaction holds its {kind}"))?;
        match self.syncs.get(log).and_then(|syncs| syncs.after(*written)) {
            Some(synced) if synced < left => Ok(()),
            Some(_) => Err(format!("answered before {kind} was synced")),
            None => Err(format!("{kind} was never synced")),
        }
    }
}

/// The marks in a page: an event's kind with its subject soon behind it; in the key store the id of a key.
fn found(log: &str, page: &[u8], known: &HashSet<Uuid>) -> Vec<Mark> {
    let ids = |bytes: &[u8]| -> Vec<Uuid> {
        let ids = bytes.windows(16).filter_map(|window| Uuid::from_slice(window).ok());
        ids.filter(|id| known.contains(id)).collect()
    };
    if log.ends_with("keys.sqlite-wal") {
        return ids(page).into_iter().map(|id| (log.to_owned(), KEY, id)).collect();
    }
    let mut marks = Vec::new();
    for kind in [SUBMITTED, SUCCEEDED] {
        let at = page.windows(kind.len()).enumerate().filter(|(_, window)| *window == kind.as_bytes());
        for (at, _) in at {
            let near = &page[at..page.len().min(at + NEAR)];
            marks.extend(ids(near).into_iter().take(1).map(|id| (log.to_owned(), kind, id)));
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: &str = "/d";

    fn octal(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("\\{byte:03o}")).collect::<Vec<_>>().concat()
    }

    fn sent() -> Sent {
        let [referral, image, upload] =
            [1, 2, 3].map(|n| Uuid::from_u128(0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100 + n));
        Sent { referral, image, upload, length: 7, submitted: true }
    }

    /// A transaction of one page in a log: header, page, sync.
    fn transaction(log: &str, offset: usize, content: &[u8]) -> [String; 3] {
        let mut page = content.to_vec();
        page.resize(PAGE, 0);
        [
            format!("9 pwrite64(3<{DATA}/{log}>, \"\\0\\0\\0\\2\\0\\0\\0\\5\"..., 24, {offset}) = 24"),
            format!("9 pwrite64(3<{DATA}/{log}>, \"{}\", 4096, {}) = 4096", octal(&page), offset + 24),
            format!("9 fdatasync(3<{DATA}/{log}>) = 0"),
        ]
    }

    /// A trace in order: a picture is finished and its referral submitted.
    fn trace(sent: &Sent) -> Vec<String> {
        let event = |kind: &str| [b"..", kind.as_bytes(), b"..env..", sent.referral.as_bytes()].concat();
        let socket = "4<TCP:[127.0.0.1:1->127.0.0.1:2]>";
        let name = hex::encode(sha256(format!("originals/{}", sent.image).as_bytes()));
        let folder = format!("{DATA}/objects/buckets/lysbro/{}", &name[..2]);
        let mut lines: Vec<String> = transaction("keys.sqlite-wal", 32, sent.referral.as_bytes()).into();
        lines.push(format!(
            "8 recvfrom({socket}, \"PATCH /api/intake/uploads/{} HTTP/1.1\\r\\n\"..., 99, 0, NULL, NULL) = 99",
            sent.upload
        ));
        lines.push(format!("7 write(5<{DATA}/objects/incoming/put-1>, \"x\", 1) = 1"));
        lines.push(format!("7 fsync(5<{DATA}/objects/incoming/put-1>) = 0"));
        lines.push(format!("7 renameat2(AT_FDCWD, \"{DATA}/objects/incoming/put-1\", AT_FDCWD, \"{folder}/{name}\", RENAME_NOREPLACE) = 0"));
        lines.push(format!("7 fsync(6<{folder}>) = 0"));
        lines.extend(transaction("lysbro.sqlite-wal", 32, &event(SUCCEEDED)));
        lines.push(format!(
            "8 sendto({socket}, \"HTTP/1.1 204 No Content\\r\\nupload-offset: 7\\r\\n\"..., 50, 0, NULL, 0) = 50"
        ));
        lines.push(format!(
            "8 recvfrom({socket}, \"POST /api/intake/referrals/{}/submit HTTP/1.1\\r\\n\"..., 99, 0, NULL, NULL) = 99",
            sent.referral
        ));
        lines.extend(transaction("lysbro.sqlite-wal", 32 + FRAME_HEADER + PAGE, &event(SUBMITTED)));
        lines.push(format!("8 sendto({socket}, \"HTTP/1.1 200 OK\\r\\n\"..., 50, 0, NULL, 0) = 50"));
        lines
    }

    fn judged(lines: &[String], sent: Sent) -> Vec<String> {
        Oracle::read(lines.iter().cloned(), &[sent]).judge(DATA, &[sent])
    }

    #[test]
    fn a_trace_in_order_is_believed() {
        assert_eq!(judged(&trace(&sent()), sent()), Vec::<String>::new());
    }

    /// Each sync in turn comes too late, fails, or does not come at all.
    #[test]
    fn no_sync_can_be_missing_late_or_failed() {
        let right = trace(&sent());
        let syncs: Vec<usize> = (0..right.len()).filter(|&at| right[at].contains("sync(")).collect();
        assert_eq!(syncs.len(), 5);
        for at in syncs {
            let mut missing = right.clone();
            let sync = missing.remove(at);
            assert!(!judged(&missing, sent()).is_empty(), "without {sync}");
            let mut late = missing.clone();
            late.push(sync.clone());
            assert!(!judged(&late, sent()).is_empty(), "late {sync}");
            let mut failed = right.clone();
            failed[at] = sync.replace("= 0", "= -1 EIO (Input/output error) (INJECTED)");
            assert!(!judged(&failed, sent()).is_empty(), "failed {sync}");
            // Tried again it succeeds, and is not believed.
            failed.insert(at + 1, sync.clone());
            assert!(!judged(&failed, sent()).is_empty(), "repeated {sync}");
            // The submission was asked for after every failure but its own.
            let submitted = failed.iter().position(|line| line.contains("/submit")).unwrap();
            assert_eq!(Oracle::read(failed.into_iter(), &[sent()]).after_failure().is_empty(), at > submitted);
        }
    }

    /// A sync that was under way while the last page was written does not cover it.
    #[test]
    fn a_sync_covers_only_what_was_written_before_it_began() {
        let mut lines = trace(&sent());
        let sync = lines.iter().rposition(|line| line.contains("fdatasync(")).unwrap();
        lines.remove(sync);
        lines.insert(sync - 1, format!("6 fdatasync(3<{DATA}/lysbro.sqlite-wal> <unfinished ...>"));
        lines.insert(sync + 1, "6 <... fdatasync resumed>) = 0".into());
        assert_eq!(judged(&lines, sent()).len(), 1);
    }

    #[test]
    fn a_write_after_the_sync_of_a_file_is_seen() {
        let mut lines = trace(&sent());
        let sync = lines.iter().position(|line| line.contains("fsync(5<")).unwrap();
        lines.insert(sync + 1, format!("7 write(5<{DATA}/objects/incoming/put-1>, \"y\", 1) = 1"));
        assert_eq!(judged(&lines, sent()).len(), 1);
    }
}
