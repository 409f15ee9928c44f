//! The record as it was last read for the study, kept while nothing is added to the log: its pages ask for the same programme many times.

use crate::record::{self, Asked, Record, RecordError};
use crate::store;
use kit::Db;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Programmes that are kept: a window or two of whoever looks at the study.
const MOST: usize = 4;

/// Records that were read, the newest first.
#[derive(Clone, Debug, Default)]
pub struct Studied(Arc<Mutex<Kept>>);

type Kept = VecDeque<(Asked, Arc<Record>)>;

impl Studied {
    /// The record as it stands, read anew when the log went on since.
    ///
    /// # Errors
    /// See [`RecordError`].
    pub async fn read(&self, db: &Db, asked: &Asked) -> Result<Arc<Record>, RecordError> {
        let position = store::position(db).await?;
        if let Some(record) = self.kept(asked, position) {
            return Ok(record);
        }
        let record = Arc::new(record::read(db, asked).await?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(of, _)| of != asked);
        kept.push_front((asked.clone(), record.clone()));
        kept.truncate(MOST);
        Ok(record)
    }

    fn kept(&self, asked: &Asked, position: i64) -> Option<Arc<Record>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(of, record)| of == asked && record.position == position).map(|(_, record)| record.clone())
    }
}
