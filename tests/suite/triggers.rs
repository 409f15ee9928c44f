//! Triggers on every table that the product writes: they note which tables an act writes, and make one kind of write fail.

use kit::{Context, Db};
use std::collections::BTreeSet;

/// A kind of write: table, and `insert`, `update` or `delete`.
pub type Write = (String, &'static str);

const OPERATIONS: [(&str, &str); 3] = [("insert into ", "insert"), ("update ", "update"), ("delete from ", "delete")];

/// The kinds of write in a statement: what it is, and the update that an insert turns into when the row stands already.
fn writes_of(text: &str) -> Vec<Write> {
    let text = text.trim().to_lowercase();
    let Some((operation, rest)) = OPERATIONS.iter().find_map(|(begin, name)| Some((*name, text.strip_prefix(begin)?)))
    else {
        return Vec::new();
    };
    let table: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let mut writes = vec![(table.clone(), operation)];
    if operation == "insert" && text.contains("do update") {
        writes.push((table, "update"));
    }
    writes
}

/// Every kind of write that a writing statement of the product can be.
pub fn writes() -> BTreeSet<Write> {
    let services = lysbro::services();
    let main = kit::run::statements(&services).into_iter().map(|(_, _, text)| text);
    let apart = kit::keys::STATEMENTS.iter().chain(kit::audit::STATEMENTS).map(|(_, text)| *text);
    main.chain(apart).flat_map(writes_of).collect()
}

/// A text for as long as the program runs, as [`Db::q`] wants it.
fn text(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}

/// A table and its columns.
type Table = (String, Vec<String>);

/// The databases of one deployment with their triggers.
pub struct Triggers {
    databases: Vec<(Db, Vec<Table>)>,
}

impl Triggers {
    /// Puts them on every table, none armed.
    pub async fn put(ctx: &Context) -> Self {
        let mut databases = Vec::new();
        // A key stands before anything is sealed with it.
        let mut all = vec![ctx.keys.db().clone(), ctx.db.clone()];
        if ctx.db.is_sqlite() {
            all.push(ctx.audit.db().clone());
        }
        for db in all {
            let tables = tables(&db).await;
            let seen = if db.is_sqlite() {
                "create table fault_seen (n integer primary key, tbl text not null, op text not null)"
            } else {
                "create table fault_seen (n bigserial primary key, tbl text not null, op text not null)"
            };
            for sql in [
                "create table fault_armed (tbl text not null, op text not null)",
                seen,
                "create table fault_noting (yes integer not null)",
            ] {
                db.q(sql).exec().await.expect("a table");
            }
            if !db.is_sqlite() {
                db.q(FUNCTION).exec().await.expect("a function");
            }
            for (table, _) in &tables {
                for sql in triggers(&db, table) {
                    db.q(text(sql.clone())).exec().await.unwrap_or_else(|error| panic!("{sql}: {error}"));
                }
            }
            databases.push((db, tables));
        }
        Self { databases }
    }

    async fn everywhere(&self, sql: &str) {
        for (db, _) in &self.databases {
            db.q(text(sql.to_owned())).exec().await.expect("done");
        }
    }

    /// Begins to note what is written.
    pub async fn note(&self) {
        self.everywhere("insert into fault_noting (yes) values (1)").await;
    }

    /// What was written since, and committed, in the order in which it came first.
    pub async fn noted(&self) -> Vec<Write> {
        self.everywhere("delete from fault_noting").await;
        let mut seen = Vec::new();
        for (db, _) in &self.databases {
            let rows: Vec<(String, String)> =
                db.q("select tbl, op from fault_seen group by tbl, op order by min(n)").all().await.expect("rows");
            for (table, operation) in rows {
                let operation = OPERATIONS.iter().find(|(_, name)| *name == operation).expect("an operation").1;
                seen.push((table, operation));
            }
        }
        self.everywhere("delete from fault_seen").await;
        seen
    }

    /// From now on this kind of write fails.
    pub async fn arm(&self, (table, operation): &Write) {
        self.everywhere(&format!("insert into fault_armed (tbl, op) values ('{table}', '{operation}')")).await;
    }

    /// Everything works again.
    pub async fn disarm(&self) {
        self.everywhere("delete from fault_armed").await;
    }

    /// Every row of every table, except those named and what is written at every request anyway: when a session was last
    /// seen, the access log, and keys that nothing uses yet.
    pub async fn rows(&self, except: &[&str]) -> Vec<(String, Vec<String>)> {
        let mut all = Vec::new();
        for (db, tables) in &self.databases {
            for (table, columns) in tables {
                // Who opened a case is noted by itself, before what they do, as in the access log.
                let noted = table.starts_with("audit_") || table.ends_with("_opening");
                if noted || table == "data_key" || except.contains(&table.as_str()) {
                    continue;
                }
                let columns: Vec<_> = columns.iter().filter(|column| *column != "seen_at").collect();
                let quoted = columns.iter().map(|column| {
                    if db.is_sqlite() {
                        format!("quote({column})")
                    } else {
                        format!("coalesce({column}::text, 'null')")
                    }
                });
                let row = quoted.collect::<Vec<_>>().join(" || '|' || ");
                let rows: Vec<(String,)> =
                    db.q(text(format!("select {row} from {table} order by 1"))).all().await.expect("rows");
                all.push((table.clone(), rows.into_iter().map(|(row,)| row).collect()));
            }
        }
        all
    }
}

const FUNCTION: &str = "create function fault() returns trigger language plpgsql as $$ begin
    if exists (select 1 from fault_armed where tbl = tg_table_name and op = lower(tg_op)) then raise exception 'refused by the test'; end if;
    if exists (select 1 from fault_noting) then insert into fault_seen (tbl, op) values (tg_table_name, lower(tg_op)); end if;
    if tg_op = 'DELETE' then return old; end if;
    return new; end $$";

fn triggers(db: &Db, table: &str) -> Vec<String> {
    if !db.is_sqlite() {
        return vec![format!(
            "create trigger fault before insert or update or delete on {table} for each row execute function fault()"
        )];
    }
    let of = |operation: &str| {
        [
            format!(
                "create trigger fault_{table}_{operation} before {operation} on {table} when exists (select 1 from fault_armed \
                 where tbl = '{table}' and op = '{operation}') begin select raise(abort, 'refused by the test'); end"
            ),
            format!(
                "create trigger seen_{table}_{operation} after {operation} on {table} when exists (select 1 from fault_noting) \
                 begin insert into fault_seen (tbl, op) values ('{table}', '{operation}'); end"
            ),
        ]
    };
    OPERATIONS.iter().flat_map(|(_, operation)| of(operation)).collect()
}

/// The product's tables with their columns.
async fn tables(db: &Db) -> Vec<(String, Vec<String>)> {
    let names = if db.is_sqlite() {
        "select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like '\\_sqlx%' escape '\\' order by name"
    } else {
        "select tablename::text from pg_tables where schemaname not in ('pg_catalog', 'information_schema') and tablename not like '\\_sqlx%' order by tablename"
    };
    let names: Vec<(String,)> = db.q(names).all().await.expect("tables");
    let mut tables = Vec::new();
    for (name,) in names {
        let columns = if db.is_sqlite() {
            format!("select name from pragma_table_info('{name}') order by cid")
        } else {
            format!(
                "select column_name::text from information_schema.columns where table_name = '{name}' order by ordinal_position"
            )
        };
        let columns: Vec<(String,)> = db.q(text(columns)).all().await.expect("columns");
        tables.push((name, columns.into_iter().map(|(column,)| column).collect()));
    }
    tables
}

#[test]
fn every_kind_of_write_is_found() {
    assert_eq!(writes_of("select 1"), []);
    assert_eq!(writes_of("update review_case as c set a = 1"), [("review_case".into(), "update")]);
    assert_eq!(writes_of("delete from x where y = 1"), [("x".into(), "delete")]);
    let upsert = "insert into x (a) values ($1) on conflict (a) do update set b = 1";
    assert_eq!(writes_of(upsert), [("x".into(), "insert"), ("x".into(), "update")]);
    assert!(writes().len() > 60, "{} kinds of write", writes().len());
}
