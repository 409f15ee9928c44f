//! Starts any list of services: stores, schema, consumers, repairs, listener; and stops them gracefully.
//!
//! There is no "standalone" mode: a deployment is the list, the database URL and the object store's URL.

use crate::audit::Audit;
use crate::context::{Context, Parts};
use crate::db::{Layer, Right, give};
use crate::keys::{KeyStore, RootKey, Roots};
use crate::log::{self, Consumer, Follower, ProjectError};
use crate::objects::{Embedded, Objects, RemoteStore};
use crate::seal::DataKey;
use crate::service::{Repair, Service};
use crate::settings::{Settings, Store};
use crate::{Clock, Db, Error, Random, audit, caller, http, idempotency, keys, scrub};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::futures::Notified;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Ids of the keys that kit keeps for itself.
const SEARCH_KEY: Uuid = Uuid::from_u128(1);
const PSEUDONYM_KEY: Uuid = Uuid::from_u128(2);

/// Schema of the main database: kit first, then the services by place.
pub fn layers(services: &[Service]) -> Vec<Layer> {
    let kit = |migrations| Layer { schema: "kit", place: 0, migrations };
    let mut layers: Vec<Layer> =
        [log::MIGRATIONS, caller::MIGRATIONS, idempotency::MIGRATIONS, scrub::MIGRATIONS].map(kit).into();
    layers.extend(services.iter().map(|service| Layer {
        schema: service.name,
        place: service.place,
        migrations: service.migrations,
    }));
    layers
}

const KEYS: Layer = Layer { schema: "keys", place: 900, migrations: keys::MIGRATIONS };
const AUDIT: Layer = Layer { schema: "audit", place: 901, migrations: audit::MIGRATIONS };

/// Every SQL text of kit and these services that runs in the main database, with its owner.
pub fn statements(services: &[Service]) -> Vec<(&'static str, &'static str, &'static str)> {
    let mut all = Vec::new();
    let kit =
        log::STATEMENT_LISTS.iter().copied().chain([caller::STATEMENTS, idempotency::STATEMENTS, scrub::STATEMENTS]);
    for list in kit {
        all.extend(list.iter().map(|(name, text)| ("kit", *name, *text)));
    }
    for service in services {
        for list in service.statements {
            all.extend(list.iter().map(|(name, text)| (service.name, *name, *text)));
        }
        all.extend(service.objects.iter().map(|text| (service.name, "objects", *text)));
        for consumer in &service.consumers {
            all.extend(consumer.reset.iter().map(|text| (service.name, "reset", *text)));
        }
    }
    all
}

/// The three databases; on PostgreSQL the access log may stand in the main one. Without keys where no service opens anything.
struct Stores {
    db: Db,
    keys: Option<Db>,
    audit: Db,
}

impl Stores {
    async fn open(services: &[Service], settings: &Settings, clock: &Clock) -> Result<Self, Error> {
        if settings.keys_url == settings.database_url {
            return Err(Error::Start(
                "keys-url must be a database of its own: erasing rests on backing it up apart".into(),
            ));
        }
        let schemas: Vec<_> =
            ["kit", AUDIT.schema].into_iter().chain(services.iter().map(|service| service.name)).collect();
        let [main, key_store, access_log] = settings.databases();
        let db = main.open(&schemas, clock).await?;
        let keys = if uses(services, KEYS.schema) { Some(key_store.open(&[KEYS.schema], clock).await?) } else { None };
        let audit = if settings.audit_url == settings.database_url {
            db.clone()
        } else {
            access_log.open(&[AUDIT.schema], clock).await?
        };
        Ok(Self { db, keys, audit })
    }

    /// Each with the layers that belong in it.
    fn with_layers(&self, services: &[Service]) -> Vec<(&Db, Vec<Layer>)> {
        let keys = self.keys.iter().map(|keys| (keys, vec![KEYS]));
        [(&self.db, layers(services)), (&self.audit, vec![AUDIT])].into_iter().chain(keys).collect()
    }

    async fn close(self) {
        for one in [self.db, self.audit].into_iter().chain(self.keys) {
            one.close().await;
        }
    }
}

/// Brings all three databases to this program's schema; the caller must own them. With `roles` the logins `<roles>_<service>`,
/// which must exist on PostgreSQL, get exactly what they need. Given the root key it notes it there and makes kit's own keys,
/// which most logins may not.
pub async fn migrate(services: &[Service], settings: &Settings, roles: Option<&str>) -> Result<(), Error> {
    make_folder(settings)?;
    let stores = Stores::open(services, settings, &Clock::system()).await?;
    for (db, layers) in stores.with_layers(services) {
        crate::db::migrate(db, &layers).await?;
    }
    if let (Some(keys), Some(_)) = (&stores.keys, &settings.root_key)
        && !keys.is_sqlite()
    {
        let (keys, _) = KeyStore::open(keys.clone(), roots(settings)?, Random::default(), Clock::system()).await?;
        own_keys(&keys).await?;
    }
    for service in roles.iter().flat_map(|_| services) {
        let role = format!("{}_{}", roles.unwrap_or_default(), service.name);
        for (db, layers) in stores.with_layers(services) {
            give(db, &layers, &role, service.name, &rights(service, &layers)).await?;
        }
    }
    stores.close().await;
    Ok(())
}

/// Brings a key store alone to this program's schema.
pub(crate) async fn migrate_keys(db: &Db) -> Result<(), Error> {
    Ok(crate::db::migrate(db, &[KEYS]).await?)
}

/// What a service may do to kit's tables in the schemas of these layers.
fn rights(service: &Service, layers: &[Layer]) -> Vec<Right> {
    all_rights(service).filter(|(table, _)| layers.iter().any(|layer| is_in(table, layer.schema))).collect()
}

/// What every process needs for its metrics and readiness, and what the service does.
fn all_rights(service: &Service) -> impl Iterator<Item = Right> {
    [log::WATCHING, scrub::WATCHING].into_iter().chain(service.rights.iter().copied()).flatten().copied()
}

fn is_in(table: &str, schema: &str) -> bool {
    table.split('.').next() == Some(schema)
}

/// Whether a schema is one of these services', or one in which any of them has a right.
fn uses(services: &[Service], schema: &str) -> bool {
    services.iter().any(|one| one.name == schema || all_rights(one).any(|(table, _)| is_in(table, schema)))
}

/// kit's own keys: for searching, and for pseudonyms.
async fn own_keys(keys: &KeyStore) -> Result<(DataKey, DataKey), Error> {
    Ok((keys.ensure(SEARCH_KEY).await?, keys.ensure(PSEUDONYM_KEY).await?))
}

fn make_folder(settings: &Settings) -> Result<(), Error> {
    let folder = &settings.data;
    let make = || {
        if folder.is_dir() {
            return Ok(());
        }
        // Databases and pictures are nobody else's on this machine.
        std::os::unix::fs::DirBuilderExt::mode(std::fs::DirBuilder::new().recursive(true), 0o700).create(folder)?;
        // Its own name too is found again after the power went.
        std::fs::File::open(folder.canonicalize()?.parent().unwrap_or(folder))?.sync_all()
    };
    make().map_err(|error| Error::Start(format!("folder {}: {error}", folder.display())))
}

/// Held while the embedded default is opened. At a first start `lysbro serve` and `lysbro invite` would both make the root key
/// and the tables: SQLite's migrations have no lock of their own.
async fn alone(settings: &Settings) -> Result<Option<std::fs::File>, Error> {
    if settings.root_key.is_some() && !settings.database_url.starts_with("sqlite:") {
        return Ok(None);
    }
    let path = settings.data.join("opening");
    let told = format!("{} cannot be locked", path.display());
    let lock = tokio::task::spawn_blocking(move || {
        let file = std::fs::File::create(path)?;
        file.lock().map(|()| file)
    });
    let locked = lock.await.map_err(|error| Error::Start(format!("{told}: {error}")))?;
    locked.map(Some).map_err(|error| Error::Start(format!("{told}: {error}")))
}

/// Refuses where no deployment stands: for commands that make none. Nothing is written.
///
/// # Errors
/// `Start` with the folder and what is not there.
pub async fn check_stands(settings: &Settings) -> Result<(), Error> {
    let none = |why: String| Err(Error::Start(format!("there is no deployment in {}: {why}", settings.data.display())));
    if settings.root_key.is_none() && !settings.data.is_dir() {
        return none("the folder does not exist".into());
    }
    for place in settings.databases() {
        if !place.stands().await? {
            return none(format!("nothing stands in the {} ({})", place.what, place.shown()));
        }
    }
    Ok(())
}

/// What the first start tells the person who started it: shown once, never logged.
#[derive(Clone, Debug)]
pub struct RecoverySheet {
    /// 64 hexadecimal digits.
    pub root_key: String,
    /// Tells two roots apart.
    pub fingerprint: String,
}

/// Where this deployment has its root keys from.
///
/// # Errors
/// `Key` for one that is not 64 hexadecimal digits.
pub fn roots(settings: &Settings) -> Result<Roots, Error> {
    let Some(text) = &settings.root_key else { return Ok(Roots::Folder(settings.data.clone())) };
    let all = [Some(text), settings.root_key_next.as_ref()];
    Ok(Roots::Given(all.into_iter().flatten().map(|text| RootKey::from_hex(text)).collect::<Result<_, _>>()?))
}

/// Opens the stores. SQLite is migrated here; PostgreSQL must have been, by `lysbro migrate`.
/// The sheet comes with the start that made the root key.
pub async fn open(
    services: &[Service],
    settings: Settings,
    clock: Clock,
) -> Result<(Context, Option<RecoverySheet>), Error> {
    make_folder(&settings)?;
    let alone = alone(&settings).await?;
    let random = Random::default();
    let from = roots(&settings)?;
    let stores = Stores::open(services, &settings, &clock).await?;
    for (db, layers) in stores.with_layers(services) {
        if db.is_sqlite() {
            crate::db::migrate(db, &layers).await?;
        } else {
            let layers: Vec<Layer> = layers.into_iter().filter(|layer| uses(services, layer.schema)).collect();
            crate::db::check_version(db, &layers).await?;
        }
    }
    let (objects, janitor, embedded) = open_store(&settings).await?;
    let Stores { db, keys, audit } = stores;
    let (keys, made) = match keys {
        Some(keys) => KeyStore::open(keys, from, random.clone(), clock.clone()).await?,
        None => (KeyStore::closed(db.clone(), random.clone(), clock.clone()), None),
    };
    let (search_key, pseudonym_key) = if keys.is_closed() {
        // Nothing is searched or published without keys.
        (DataKey::new(random.bytes()), DataKey::new(random.bytes()))
    } else {
        own_keys(&keys).await?
    };
    drop(alone);
    let audit = Audit::start(audit);
    let ctx = Context::new(Parts {
        db,
        keys,
        objects,
        janitor,
        audit,
        clock,
        random,
        settings,
        search_key,
        pseudonym_key,
        embedded,
    });
    let sheet = made.map(|root| RecoverySheet { root_key: root.to_hex(), fingerprint: root.fingerprint() });
    Ok((ctx, sheet))
}

/// The object store: with the services' right, with the janitor's where this process may be one, and what keeps it open.
pub(crate) async fn open_store(settings: &Settings) -> Result<(Objects, Option<Objects>, Option<Embedded>), Error> {
    let opened = match &settings.store {
        Store::Embedded(folder) => {
            let (objects, embedded) = Objects::embedded(folder)?;
            (objects, Some(Objects::embedded_janitor(&embedded)), Some(embedded))
        }
        Store::Beside(folder) => (Objects::embedded_beside(folder)?, None, None),
        Store::Remote(store) => {
            let janitor = store.as_janitor().map(|janitor| Objects::remote(&janitor)).transpose()?;
            (Objects::remote(store)?, janitor, None)
        }
        Store::Closed => (Objects::remote(&RemoteStore::nowhere())?, None, None),
    };
    if matches!(settings.store, Store::Embedded(_) | Store::Remote(_)) {
        opened.0.open_bucket().await?;
    }
    Ok(opened)
}

/// Running services.
pub struct Running {
    /// Their context.
    pub ctx: Context,
    /// Where they listen.
    pub address: SocketAddr,
    services: Arc<Vec<Service>>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// Refuses services with pictures where there is no object store.
///
/// # Errors
/// `Start` with the first such service.
pub fn check_store(services: &[Service], settings: &Settings) -> Result<(), Error> {
    let pictures = services.iter().find(|service| !service.objects.is_empty());
    if let (Store::Closed, Some(service)) = (&settings.store, pictures) {
        return Err(Error::Start(format!("{} needs the object store: objects-url can't be none", service.name)));
    }
    Ok(())
}

/// Starts listening and everything that runs by itself.
pub async fn start(services: Arc<Vec<Service>>, ctx: Context) -> Result<Running, Error> {
    check_store(&services, &ctx.settings)?;
    http::recorder();
    let listener = tokio::net::TcpListener::bind(ctx.settings.listen)
        .await
        .map_err(|error| Error::Start(format!("cannot listen on {}: {error}", ctx.settings.listen)))?;
    let address = listener.local_addr().map_err(|error| Error::Start(error.to_string()))?;
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let app = http::app(&services, ctx.clone());
    tasks.spawn(http::serve(listener, app, ctx.clone(), stopped.clone()));
    for service in services.iter() {
        for consumer in &service.consumers {
            tasks.spawn(consume(ctx.clone(), *consumer, stopped.clone()));
        }
        for repair in &service.repairs {
            for _ in 0..repair.workers {
                tasks.spawn(keep_repairing(ctx.clone(), *repair, stopped.clone()));
            }
        }
    }
    tasks.spawn(listen(ctx.clone(), stopped.clone()));
    tasks.spawn(watch_objects(ctx.clone(), stopped));
    Ok(Running { ctx, address, services, stop, tasks })
}

impl Running {
    /// The services.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// Stops taking requests, lets those under way finish, ends consumers and repairs. Nothing acknowledged depends on it.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        let all_ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(Duration::from_secs(10), all_ended).await.is_err() {
            tracing::warn!("some work did not end in 10 s and was cut off; it is repeated at the next start");
        }
        self.tasks.abort_all();
        self.ctx.db.close().await;
        self.ctx.keys.db().close().await;
        self.ctx.audit.db().close().await;
    }
}

/// Rests until a commit, the time, or the stop. Returns whether to stop.
async fn rest(woken: Pin<&mut Notified<'_>>, every: Duration, stopped: &watch::Receiver<bool>) -> bool {
    tokio::select! {
        () = woken => false,
        () = tokio::time::sleep(every) => false,
        () = ended(stopped.clone()) => true,
    }
}

const POLL: Duration = Duration::from_millis(500);
const MOST_PATIENT: Duration = Duration::from_secs(30);

async fn consume(ctx: Context, consumer: Consumer, stopped: watch::Receiver<bool>) {
    let mut failures = 0_u32;
    let mut follower = Follower::new(consumer);
    while !*stopped.borrow() {
        // Listening begins before looking, so that a commit in between is not missed.
        let mut woken = pin!(ctx.db.wake().notified());
        woken.as_mut().enable();
        let pause = match follower.step(&ctx).await {
            // Full: there may be more. Otherwise whatever came since has woken it.
            Ok(log::BATCH..) => {
                failures = 0;
                continue;
            }
            Ok(_) => {
                failures = 0;
                POLL
            }
            Err(ProjectError::Database(sqlx::Error::PoolClosed)) => return,
            Err(error) => {
                failures += 1;
                tracing::warn!(consumer = consumer.name, %error, failures, "projection waits");
                POLL.saturating_mul(2_u32.saturating_pow(failures)).min(MOST_PATIENT)
            }
        };
        let began = tokio::time::Instant::now();
        let stop = rest(woken, pause, &stopped).await;
        // The log rested too, or the process ends: now an offset that moved past nothing wanted is written down.
        if (stop || began.elapsed() >= pause)
            && let Err(error) = follower.settle(&ctx).await
        {
            tracing::warn!(consumer = consumer.name, %error, "offset not written down; some events are read again");
        }
        if stop {
            return;
        }
    }
}

async fn keep_repairing(ctx: Context, repair: Repair, stopped: watch::Receiver<bool>) {
    let mut failures = 0_u32;
    while !*stopped.borrow() {
        let mut woken = pin!(ctx.db.wake().notified());
        woken.as_mut().enable();
        let pause = match (repair.run)(&ctx).await {
            Ok(0) => {
                failures = 0;
                repair.every
            }
            Ok(_) => {
                failures = 0;
                continue;
            }
            Err(Error::Database(sqlx::Error::PoolClosed)) => return,
            Err(error) => {
                failures += 1;
                tracing::warn!(repair = repair.name, %error, failures, "repair waits");
                repair.every.saturating_mul(2_u32.saturating_pow(failures)).min(MOST_PATIENT)
            }
        };
        let stop = if repair.woken {
            rest(woken, pause, &stopped).await
        } else {
            tokio::time::timeout(pause, ended(stopped.clone())).await.is_ok()
        };
        if stop {
            return;
        }
    }
}

/// Returns at the stop.
pub(crate) async fn ended(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop too.
    drop(stopped.wait_for(|stop| *stop).await.map(|_| ()));
}

async fn listen(ctx: Context, stopped: watch::Receiver<bool>) {
    let forever = async {
        loop {
            if let Err(error) = ctx.db.listen().await {
                tracing::warn!(%error, "no wake-up from the database; polling goes on");
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    };
    tokio::select! {
        () = forever => {}
        () = ended(stopped) => {}
    }
}

/// Knows when the object store is away, and wakes what waited when it is back.
async fn watch_objects(ctx: Context, stopped: watch::Receiver<bool>) {
    if matches!(ctx.settings.store, Store::Closed) {
        return;
    }
    tokio::select! {
        () = ctx.objects.watch(|| ctx.db.wake().notify_waiters()) => {}
        () = ended(stopped) => {}
    }
}

/// Runs every consumer and repair until none has anything to do: for seeding and for tests.
///
/// # Errors
/// What a consumer or repair could not do.
pub async fn drain(services: &[Service], ctx: &Context) -> Result<(), Error> {
    loop {
        let mut done = 0;
        for service in services {
            for consumer in &service.consumers {
                done += log::step(ctx, consumer).await.map_err(|error| Error::Event(error.to_string()))?;
            }
            for repair in &service.repairs {
                done += (repair.run)(ctx).await? as usize;
            }
        }
        if done == 0 {
            return Ok(());
        }
    }
}
