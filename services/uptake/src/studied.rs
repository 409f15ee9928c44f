//! The record as it was last read for the study, kept while nothing is added to the log: its pages ask for the same programme many
//! times. What is made of it is computed one after the other and beside the runtime: no figure may hold up a referral.

use crate::record::{self, Asked, Record, RecordError};
use crate::store;
use kit::{At, Db, Problem};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Programmes that are kept: a window or two of whoever looks at the study.
const MOST: usize = 4;

/// Records that were read, the newest first.
#[derive(Clone, Debug)]
pub struct Studied {
    kept: Arc<Mutex<Kept>>,
    turn: Arc<Semaphore>,
}

type Kept = VecDeque<(Asked, Arc<Record>)>;

impl Default for Studied {
    fn default() -> Self {
        Self { kept: Arc::default(), turn: Arc::new(Semaphore::new(1)) }
    }
}

impl Studied {
    /// What a function makes of a record, on a thread of its own and when it is its turn.
    ///
    /// # Errors
    /// A fault of the program.
    pub async fn compute<T: Send + 'static>(
        &self,
        record: &Arc<Record>,
        make: impl FnOnce(&Record) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = self.turn.clone().acquire_owned().await.map_err(Problem::internal)?;
        let record = record.clone();
        let computing = tokio::task::spawn_blocking(move || {
            let made = make(&record);
            drop(turn);
            made
        });
        computing.await.map_err(Problem::internal)
    }

    /// The record as it stands, read anew when the log went on since.
    ///
    /// # Errors
    /// See [`RecordError`].
    pub async fn read(&self, db: &Db, asked: &Asked, now: At) -> Result<Arc<Record>, RecordError> {
        let position = store::position(db).await?;
        if let Some(record) = self.kept(asked, position) {
            return Ok(record);
        }
        let record = Arc::new(record::read(db, asked, now).await?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(of, _)| of != asked);
        kept.push_front((asked.clone(), record.clone()));
        kept.truncate(MOST);
        Ok(record)
    }

    fn kept(&self, asked: &Asked, position: i64) -> Option<Arc<Record>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(of, record)| of == asked && record.position == position).map(|(_, record)| record.clone())
    }
}
