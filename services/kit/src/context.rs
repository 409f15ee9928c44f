//! What a handler, a projection or a repair works with: database, keys, objects, access log, clock, randomness.

use crate::audit::Audit;
use crate::caller::Caller;
use crate::halt::Halt;
use crate::keys::{KeyError, KeyStore, Ring};
use crate::log::{Envelope, Opened, Pending, Recorded};
use crate::objects::{Embedded, Objects};
use crate::seal::DataKey;
use crate::settings::Settings;
use crate::{At, Clock, Db, Error, Random, Tx};
use proto::Event;
use std::ops::Deref;
use std::sync::Arc;
use uuid::Uuid;

/// Shared by everything that runs in one process; cheap to clone.
#[derive(Clone, Debug)]
pub struct Context(Arc<Parts>);

/// The parts of a [`Context`].
#[derive(Debug)]
pub struct Parts {
    /// Rows and events.
    pub db: Db,
    /// Data keys.
    pub keys: KeyStore,
    /// Pictures.
    pub objects: Objects,
    /// The same with a credential that may delete originals; few processes of a deployment have it.
    pub janitor: Option<Objects>,
    /// Reads and refusals.
    pub audit: Audit,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// How this deployment is set up.
    pub settings: Settings,
    pub(crate) search_key: DataKey,
    pub(crate) pseudonym_key: DataKey,
    /// Holds the folder's lock while the process lives.
    pub(crate) embedded: Option<Embedded>,
}

impl Deref for Context {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Context {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The same without an access log; `None` when somebody else holds it already. For [`crate::testing`] alone.
    pub(crate) fn without_access_log(self) -> Option<Self> {
        let parts = Arc::into_inner(self.0)?;
        let audit = Audit::forgetful(parts.audit.db().clone());
        Some(Self::new(Parts { audit, ..parts }))
    }

    /// The present instant.
    pub fn now(&self) -> At {
        self.clock.now()
    }

    /// A new id that sorts by creation.
    pub fn new_id(&self) -> Uuid {
        self.random.id(self.now())
    }

    /// What this process writes to disks of its own: it ends when a sync of one of them fails.
    fn halts(&self) -> impl Iterator<Item = &Halt> {
        let databases = [&self.db, self.keys.db(), self.audit.db()].into_iter().map(Db::halt);
        databases.chain(self.embedded.as_ref().map(Embedded::halt))
    }

    /// Why nothing is promised any more, if a sync has failed.
    pub fn halted(&self) -> Option<&str> {
        self.halts().find_map(Halt::reason)
    }

    /// Returns with the reason when a sync fails.
    pub async fn until_halted(&self) -> String {
        let told = self.halts().map(|halt| Box::pin(halt.told()));
        futures::future::select_all(told).await.0
    }

    /// Begins a writing transaction.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        self.db.begin().await
    }

    /// A person as the log and the study see them: 16 bytes that only this deployment can make.
    pub fn pseudonym(&self, person: Uuid) -> Vec<u8> {
        self.pseudonym_key.hash(person.as_bytes())[..16].to_vec()
    }

    /// Equality search on an identifier: `system|value` hashed under a key of its own.
    pub fn search_hash(&self, system: &str, value: &str) -> Vec<u8> {
        self.search_key.hash(format!("{system}|{value}").as_bytes()).to_vec()
    }

    /// An envelope about `subject`, by `caller` in the role that fits; fill in the rest with struct update syntax.
    pub fn about(&self, subject: Uuid, caller: Option<(&Caller, &str)>) -> Envelope {
        let (actor, actor_role) =
            caller.map_or_else(Default::default, |(caller, role)| (self.pseudonym(caller.person), role.to_owned()));
        Envelope { subject: subject.as_bytes().to_vec(), actor, actor_role, ..Envelope::default() }
    }

    /// Publishes a fact with the transaction: it is in the log exactly when the transaction commits.
    ///
    /// The envelope's `subject` is required; `key` names the data key that seals the fact (empty: nothing is sealed and
    /// the fact must have no content). `occurred_us` and `effective_us` default to now.
    ///
    /// # Errors
    /// `Key(Erased)` when the key was destroyed; `Event` when content would go out unsealed.
    pub async fn publish<E: Event>(&self, tx: &mut Tx, envelope: Envelope, fact: &E) -> Result<(), Error> {
        let ring = match crate::log::id_of(&envelope.key) {
            Some(key) => Ring::of(key, self.keys.get(key).await?),
            None => Ring::default(),
        };
        self.publish_by(&ring, tx, envelope, fact)
    }

    /// As [`Context::publish`], with the keys at hand: for many facts in one transaction.
    ///
    /// # Errors
    /// `Key(Erased)` when the key is not on the ring; `Event` when content would go out unsealed.
    pub fn publish_by<E: Event>(
        &self,
        ring: &Ring,
        tx: &mut Tx,
        mut envelope: Envelope,
        fact: &E,
    ) -> Result<(), Error> {
        let id = self.new_id();
        envelope.id = id.as_bytes().to_vec();
        E::KIND.clone_into(&mut envelope.kind);
        envelope.revision = E::REVISION;
        envelope.trace = crate::trace::carried();
        let request = crate::http::request_id();
        if !request.is_nil() {
            envelope.request = request.as_bytes().to_vec();
        }
        if envelope.occurred_us == 0 {
            envelope.occurred_us = self.now().micros();
        }
        if envelope.effective_us == 0 {
            envelope.effective_us = envelope.occurred_us;
        }
        let content = fact.encode_to_vec();
        let sealed = match crate::log::id_of(&envelope.key) {
            Some(key) => Some(ring.get(key)?.seal(&self.random, "log_event.sealed", id.as_bytes(), &content)),
            None if content.is_empty() => None,
            None => return Err(Error::Event(format!("{} has content and no key to seal it", E::KIND))),
        };
        tx.outbox.push(Pending { envelope, sealed });
        Ok(())
    }

    /// Opens an event's sealed part.
    ///
    /// # Errors
    /// `Event` when it is of another kind or does not decode; `Damaged` when the bytes were changed.
    pub async fn open<E: Event>(&self, event: &Recorded) -> Result<Opened<E>, Error> {
        if event.kind() != E::KIND {
            return Err(Error::Event(format!("expected {}, found {}", E::KIND, event.kind())));
        }
        let (Some(key), Some(sealed)) = (crate::log::id_of(&event.envelope.key), &event.sealed) else {
            return Ok(Opened::Open(E::default()));
        };
        let key = match self.keys.get(key).await {
            Ok(key) => key,
            Err(KeyError::Erased) => return Ok(Opened::Erased),
            Err(other) => return Err(other.into()),
        };
        let content = key.open("log_event.sealed", &event.envelope.id, sealed)?;
        E::decode(content.as_slice()).map(Opened::Open).map_err(|error| Error::Event(format!("{}: {error}", E::KIND)))
    }
}
