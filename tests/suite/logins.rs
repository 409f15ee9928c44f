//! A login per service on PostgreSQL: each statement runs as the service that owns it, and nothing else does.

use kit::testing::{Login, Logins};
use kit::{Migration, audit, caller, idempotency, keys, log, scrub};

/// Services in the order of the columns below.
const SERVICES: [&str; 7] = ["directory", "intake", "imaging", "review", "uptake", "web", "notify"];

/// Every table of kit, the access log and the key store; a column that may be updated if any may; and what each service's login
/// may do: select, insert, update, delete.
static EXPECTED: [(&str, &str, [&str; 7]); 15] = [
    ("kit.log_head", "hash", ["su", "su", "su", "su", "s", "s", "s"]),
    ("kit.log_event", "kind", ["si", "si", "si", "si", "s", "", "s"]),
    ("kit.log_offset", "position", ["siu", "siu", "siu", "siu", "siu", "s", "siu"]),
    ("kit.log_parked", "reason", ["si", "si", "si", "si", "si", "s", "si"]),
    ("kit.kit_session", "seen_at", ["siud", "su", "", "su", "su", "", ""]),
    ("kit.kit_grant", "role", ["siu", "s", "", "s", "s", "", "s"]),
    ("kit.kit_idempotency", "resource", ["sid", "", "", "", "", "", ""]),
    ("kit.kit_scrub", "checked", ["s", "siu", "siu", "s", "s", "s", "s"]),
    ("kit.kit_damaged", "what", ["s", "sid", "sid", "si", "s", "s", "s"]),
    ("audit.audit_head", "hash", ["su", "su", "", "su", "su", "", ""]),
    ("audit.audit_group", "rows", ["i", "i", "", "i", "i", "", ""]),
    ("audit.audit_access", "outcome", ["si", "i", "", "i", "i", "", ""]),
    ("keys.data_key", "wrapped", ["si", "siu", "s", "s", "s", "", "s"]),
    ("keys.root_key", "since", ["s", "s", "s", "s", "s", "", "s"]),
    ("keys.key_care", "at", ["s", "s", "s", "s", "s", "", "s"]),
];

/// What is expected of a service on a table, whose name may come without its schema.
fn expected(service: &str, table: &str) -> &'static str {
    let place = SERVICES.iter().position(|one| *one == service).expect("a known service");
    let row =
        EXPECTED.iter().find(|row| row.0 == table || row.0.split_once('.').is_some_and(|(_, name)| name == table));
    row.unwrap_or_else(|| panic!("say what each service may do to {table}")).2[place]
}

/// What one of kit's statements does, and to which table.
fn operation(text: &str) -> (char, &str) {
    let begins = [("insert into ", 'i'), ("update ", 'u'), ("delete from ", 'd')];
    let (letter, rest) = begins
        .iter()
        .find_map(|(begin, letter)| Some((*letter, text.strip_prefix(*begin)?)))
        .unwrap_or_else(|| ('s', text.split_once(" from ").expect("a table").1));
    (letter, rest.split(' ').next().expect("a word"))
}

#[tokio::test]
async fn every_service_can_do_its_own_and_nothing_else() {
    let services = lysbro::services();
    let logins = Logins::make(&services).await.expect("logins");
    let statements = kit::run::statements(&services);
    let (mut own, mut others) = (0, 0);
    for service in &services {
        let (main, _) = logins.urls(service.name);
        let mut login = Login::connect(&main, &format!("kit,audit,{}", service.name)).await.expect(service.name);
        for (owner, name, text) in &statements {
            let may = login.may(text).await;
            let (letter, table) = if *owner == "kit" { operation(text) } else { (' ', "") };
            if *owner == service.name || (*owner == "kit" && expected(service.name, table).contains(letter)) {
                assert_eq!(may, Ok(()), "{} runs {owner} {name}: {text}", service.name);
                own += 1;
            } else if *owner == "kit" {
                assert!(may.is_err(), "{} may run {owner} {name}: {text}", service.name);
                others += 1;
            } else {
                // A statement of another service that touches kit's tables alone is judged below.
                let foreign = text.contains(&format!("{owner}_"));
                assert!(!foreign || may.is_err(), "{} may run {owner} {name}: {text}", service.name);
                others += usize::from(foreign);
            }
        }
    }
    println!("logins: {own} statements run as their owners, {others} refused to others");
    assert!(own > 240 && others > 900, "{own} and {others}");
}

#[tokio::test]
async fn every_login_has_exactly_the_rights_that_are_written_down() {
    let lists: [&[Migration]; 6] = [
        log::MIGRATIONS,
        caller::MIGRATIONS,
        idempotency::MIGRATIONS,
        scrub::MIGRATIONS,
        audit::MIGRATIONS,
        keys::MIGRATIONS,
    ];
    let texts = lists.into_iter().flatten().flat_map(|migration| migration.sql.split("create table ").skip(1));
    let tables: Vec<_> = texts.filter_map(|rest| rest.split_whitespace().next()).collect();
    assert_eq!(tables.len(), EXPECTED.len(), "a new table needs a line: {tables:?}");
    let services = lysbro::services();
    let logins = Logins::make(&services).await.expect("logins");
    for service in &services {
        let (main, keys) = logins.urls(service.name);
        let mut main = Login::connect(&main, "kit").await.expect(service.name);
        let mut keys = Login::connect(&keys, "keys").await.expect(service.name);
        for (table, column, _) in &EXPECTED {
            let login = if table.starts_with("keys.") { &mut keys } else { &mut main };
            for (letter, text) in [
                ('s', format!("select {column} from {table} limit 1")),
                ('i', format!("insert into {table} default values")),
                ('u', format!("update {table} set {column} = null where false")),
                ('d', format!("delete from {table} where false")),
                ('t', format!("truncate {table}")),
            ] {
                // Who may is refused by the table itself: an empty row fits in none.
                let may = login.run(text.clone()).await != Err("42501".to_owned());
                assert_eq!(may, expected(service.name, table).contains(letter), "{}: {text}", service.name);
            }
        }
    }
}

#[tokio::test]
async fn every_service_starts_with_its_login_and_web_without_keys() {
    let all = lysbro::services();
    let logins = Logins::make(&all).await.expect("logins");
    for service in lysbro::services() {
        let name = service.name;
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = kit::settings::Settings::embedded(folder.path());
        settings.store = kit::settings::Store::Closed;
        (settings.database_url, settings.keys_url) = logins.urls(name);
        settings.audit_url.clone_from(&settings.database_url);
        if name == "web" {
            settings.keys_url = "sqlite:/nowhere/at/all".to_owned();
        } else {
            settings.root_key = Some(logins.root_key().to_owned());
        }
        let (ctx, sheet) = kit::run::open(&[service], settings, kit::Clock::system()).await.expect(name);
        assert!(sheet.is_none() && ctx.keys.is_closed() == (name == "web"), "{name}");
        assert!(!folder.path().join("root.key").exists(), "{name}");
    }
}

/// What nobody but the owner of the database may do; directory alone writes sessions and grants.
const REFUSED: [&str; 22] = [
    "update kit.log_event set kind = 'Another'",
    "delete from kit.log_event",
    "truncate kit.log_event",
    "insert into kit.log_head (one, position, hash) values (2, 0, '')",
    "delete from kit.log_offset",
    "update audit.audit_access set outcome = 'ok'",
    "delete from audit.audit_access",
    "update audit.audit_group set rows = 0",
    "delete from audit.audit_group",
    "delete from audit.audit_head",
    "delete from kit.kit_grant",
    "update kit.kit_idempotency set resource = gen_random_uuid()",
    "create table kit.mine (id int)",
    "create table public.mine (id int)",
    "create schema mine",
    "create role mine",
    "alter table kit.log_event add column more int",
    "drop table kit.log_event",
    "insert into kit._sqlx_migrations select * from kit._sqlx_migrations",
    "select rolpassword from pg_authid",
    "copy kit.log_event to program 'cat'",
    "set role postgres_no_such_role",
];

/// Besides, for everybody but directory.
const DIRECTORY_ALONE: [&str; 5] = [
    "insert into kit.kit_grant (id, person, role, starts_at) values (gen_random_uuid(), gen_random_uuid(), 'administrator', now())",
    "update kit.kit_grant set role = 'administrator'",
    "insert into kit.kit_session (token_hash, person, person_name, opened_at, seen_at, expires_at) values ('', gen_random_uuid(), '', now(), now(), now())",
    "update kit.kit_session set person = gen_random_uuid()",
    "delete from kit.kit_idempotency",
];

#[tokio::test]
async fn no_login_can_change_what_was_written_or_make_rights() {
    let services = lysbro::services();
    let logins = Logins::make(&services).await.expect("logins");
    for service in &services {
        let (main, keys) = logins.urls(service.name);
        let mut login = Login::connect(&main, "kit").await.expect(service.name);
        let own_table = format!("create table {}.mine (id int)", service.name);
        let mut refused: Vec<&str> = REFUSED.into();
        if !services.iter().any(|one| one.name == service.name && one.migrations.is_empty()) {
            refused.push(&own_table);
        }
        if service.name != "directory" {
            refused.extend(DIRECTORY_ALONE);
        }
        for text in refused {
            let answer = login.run(text.to_owned()).await;
            assert!(answer.is_err(), "{} may run: {text}", service.name);
        }
        assert_eq!(
            login.run(REFUSED[0].to_owned()).await,
            Err("42501".to_owned()),
            "a right is lacking, not the table"
        );
        let mut login = Login::connect(&keys, "keys").await.expect(service.name);
        let destroys = login.run("update data_key set wrapped = null, destroyed_at = now()".to_owned()).await;
        assert_eq!(destroys.is_ok(), service.name == "intake", "{} destroys keys: {destroys:?}", service.name);
        for text in ["delete from data_key", "update data_key set id = id", "create table keys.mine (id int)"] {
            assert!(login.run(text.to_owned()).await.is_err(), "{} may run: {text}", service.name);
        }
    }
}
