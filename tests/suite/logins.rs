//! A login per service on PostgreSQL: each statement runs as the service that owns it, and nothing else does.

use kit::testing::{Login, Logins};

/// kit's statements that are not for every service.
const NOT_FOR_ALL: [(&str, &str); 3] = [
    // Rebuilding is an operator's command.
    ("kit", "RESET"),
    ("kit", "UNPARK_ALL"),
    ("kit", "FORGET"),
];

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
            if *owner == service.name || (*owner == "kit" && !NOT_FOR_ALL.contains(&(*owner, *name))) {
                assert_eq!(may, Ok(()), "{} runs {owner} {name}: {text}", service.name);
                own += 1;
            } else if *owner != "kit" {
                // A statement of another service that touches kit's tables alone is judged below.
                let foreign = text.contains(&format!("{owner}_"));
                assert!(!foreign || may.is_err(), "{} may run {owner} {name}: {text}", service.name);
                others += usize::from(foreign);
            }
        }
    }
    println!("logins: {own} statements run as their owners, {others} refused to others");
    assert!(own > 330 && others > 900, "{own} and {others}");
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
