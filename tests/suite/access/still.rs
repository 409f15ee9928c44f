//! The database as it stood: tells what changed, table by table, and puts it back.

use kit::Context;
use kit::pictures::sha256;
use std::collections::BTreeMap;

/// A copy of every table beside it, with what it held.
pub struct Still {
    tables: Vec<Table>,
    digest: &'static str,
    stood: BTreeMap<String, Vec<u8>>,
}

struct Table {
    name: String,
    empty: &'static str,
    fill: &'static str,
}

/// The access log is what refusals are written to; on SQLite it is another file. Who opened what is noted by reading, as there.
const OUTSIDE: [&str; 4] = ["audit", "keys", "intake_opening", "review_opening"];

impl Still {
    /// Copies every table of the services.
    pub async fn of(ctx: &Context) -> Self {
        let mut tables = Vec::new();
        let mut digests = Vec::new();
        for name in names(ctx).await {
            let copy = format!("create table copy_of_{name} as select * from {name}");
            ctx.db.q(copy.leak()).exec().await.expect("a copy");
            digests.push(digest(ctx, &name).await);
            let empty = format!("delete from {name}").leak();
            let fill = format!("insert into {name} select * from copy_of_{name}").leak();
            tables.push(Table { name, empty, fill });
        }
        assert!(tables.len() > 30, "{} tables", tables.len());
        let mut still = Self { tables, digest: digests.join(" union all ").leak(), stood: BTreeMap::new() };
        still.stood = still.digests(ctx).await;
        still
    }

    /// What every table holds now.
    pub async fn digests(&self, ctx: &Context) -> BTreeMap<String, Vec<u8>> {
        let rows: Vec<(String, String)> = ctx.db.q(self.digest).all().await.expect("digests");
        rows.into_iter().map(|(name, text)| (name, sha256(text.as_bytes()))).collect()
    }

    /// Tables that are not as they stood when the copy was made.
    pub async fn changed(&self, ctx: &Context) -> Vec<String> {
        self.changed_since(ctx, &self.stood).await
    }

    /// Tables that do not hold what they held `since`.
    pub async fn changed_since(&self, ctx: &Context, since: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
        let now = self.digests(ctx).await;
        now.into_iter().filter(|(name, digest)| since.get(name) != Some(digest)).map(|(name, _)| name).collect()
    }

    /// Puts back what changed.
    pub async fn put_back(&self, ctx: &Context) {
        let changed = self.changed(ctx).await;
        if changed.is_empty() {
            return;
        }
        let mut tx = ctx.db.begin().await.expect("a transaction");
        let later = if ctx.db.is_sqlite() {
            "pragma defer_foreign_keys = on"
        } else {
            "set local session_replication_role = replica"
        };
        tx.q(later).exec().await.expect("references are looked at in the end");
        for table in self.tables.iter().filter(|table| changed.contains(&table.name)) {
            tx.q(table.empty).exec().await.expect("emptied");
            tx.q(table.fill).exec().await.expect("filled");
        }
        tx.commit().await.expect("put back");
        assert!(self.changed(ctx).await.is_empty(), "everything stands as it stood");
    }
}

async fn names(ctx: &Context) -> Vec<String> {
    let sql = if ctx.db.is_sqlite() {
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name"
    } else {
        "select distinct cast(tablename as text) from pg_tables where schemaname = any(current_schemas(false)) \
         and schemaname not in ('audit', 'keys') order by 1"
    };
    let rows: Vec<(String,)> = ctx.db.q(sql).all().await.expect("tables");
    let names = rows.into_iter().map(|(name,)| name);
    names.filter(|name| !OUTSIDE.iter().any(|outside| name.starts_with(outside))).collect()
}

/// A text that holds every row, whatever their order. Of the log's events, which are only ever added, the last is enough.
async fn digest(ctx: &Context, name: &str) -> String {
    if name == "log_event" {
        return "select 'log_event', cast(count(*) as text) || ' ' || cast(coalesce(max(position), 0) as text) from log_event".into();
    }
    if !ctx.db.is_sqlite() {
        return format!(
            "select '{name}', coalesce(md5(string_agg(md5(cast(x as text)), '' order by md5(cast(x as text)))), '') from {name} x"
        );
    }
    let columns: Vec<(String,)> =
        ctx.db.q(format!("select name from pragma_table_info('{name}')").leak()).all().await.expect("columns");
    let quoted: Vec<String> = columns.into_iter().map(|(column,)| format!("quote(\"{column}\")")).collect();
    let all = quoted.join(" || ',' || ");
    format!(
        "select '{name}', coalesce((select group_concat(line, ';') from (select {all} as line from {name} order by 1)), '')"
    )
}
