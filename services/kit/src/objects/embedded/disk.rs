//! Every fsync of the embedded store. One that fails stops the store until the process is started anew: see [`crate::halt`].

use super::fault::Fault;
use crate::halt::Halt;
use std::fs::File;
use std::io;
use std::path::Path;
#[cfg(test)]
use std::sync::atomic::{AtomicI64, Ordering};

/// Syncs files and directories until one sync fails.
#[derive(Default)]
pub(super) struct Disk {
    pub(super) halt: Halt,
    /// Tests: this many syncs succeed, the next fails. Zero switches it off.
    #[cfg(test)]
    pub(super) fails_at: AtomicI64,
}

impl Disk {
    /// One that refuses every write: the folder is another process's.
    pub(super) fn for_reading() -> Self {
        let reason = "the objects are open for reading alone, beside the process that has them".to_owned();
        let disk = Self::default();
        disk.halt.tell(reason);
        disk
    }

    /// Why the store has stopped, if it has.
    pub(super) fn reason(&self) -> Option<&str> {
        self.halt.reason()
    }

    /// Refuses to go on after a failed sync.
    pub(super) fn check(&self) -> Result<(), Fault> {
        self.reason().map_or(Ok(()), |reason| Err(Fault::Stopped(reason.to_owned())))
    }

    /// Content and size of `file` reach the disk.
    pub(super) fn sync_file(&self, file: &File) -> Result<(), Fault> {
        self.sync(|| file.sync_all())
    }

    /// Names made, moved or removed in `folder` reach the disk.
    pub(super) fn sync_directory(&self, folder: &Path) -> Result<(), Fault> {
        self.sync(|| File::open(folder)?.sync_all())
    }

    fn sync(&self, sync: impl FnOnce() -> io::Result<()>) -> Result<(), Fault> {
        self.check()?;
        if let Err(error) = self.injected().and_then(|()| sync()) {
            let reason = format!(
                "the object store has stopped: the disk did not confirm a write ({error}); check the disk, then start Lysbro again"
            );
            tracing::error!(%error, "the disk did not confirm a write: the object store takes no more objects");
            self.halt.tell(reason);
        }
        // Also when another sync failed meanwhile: no success is claimed after a failure.
        self.check()
    }

    #[cfg(test)]
    fn injected(&self) -> io::Result<()> {
        if self.fails_at.load(Ordering::SeqCst) > 0 && self.fails_at.fetch_sub(1, Ordering::SeqCst) == 1 {
            return Err(io::Error::other("injected"));
        }
        Ok(())
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the same signature as with faults injected")]
    fn injected(&self) -> io::Result<()> {
        Ok(())
    }
}
