//! Many cases at once: statements per engine write them, as no journey could in the time of a bench; in portions, because
//! [`kit::Db`] gives up a statement that PostgreSQL does not answer in 20 s.

use kit::pictures::sha256;
use kit::{At, Context, Role};
use review::case::Content;
use sqlx::Connection;
use time::Duration;
use uuid::Uuid;

/// A department with people who may read its cases.
pub struct Department {
    /// Its id.
    pub id: Uuid,
    /// Its specialists, each with the cookie of a session.
    pub specialists: Vec<(Uuid, String)>,
}

/// Somebody with a right and a session; returns the cookie.
pub async fn somebody(ctx: &Context, role: Role, practice: Option<Uuid>, department: Option<Uuid>) -> (Uuid, String) {
    let (person, now, token) = (ctx.new_id(), ctx.now(), hex::encode(ctx.random.bytes::<32>()));
    let (before, after) = (now - Duration::hours(1), now + Duration::hours(11));
    ctx.db
        .q("insert into kit_grant (id, person, role, practice, practice_name, department, department_name, starts_at) values ($1, $2, $3, $4, 'Practice', $5, 'Department', $6)")
        .bind(ctx.new_id())
        .bind(person)
        .bind(role.as_str().to_owned())
        .bind(practice)
        .bind(department)
        .bind(before)
        .exec_one()
        .await
        .expect("a grant");
    ctx.db
        .q("insert into kit_session (token_hash, person, person_name, opened_at, seen_at, expires_at) values ($1, $2, 'Dagny Synthetic', $3, $4, $5)")
        .bind(sha256(token.as_bytes()))
        .bind(person)
        .bind(before)
        .bind(now + Duration::hours(1))
        .bind(after)
        .exec_one()
        .await
        .expect("a session");
    (person, format!("{}={token}", kit::caller::COOKIE_NAME))
}

/// A department with some specialists.
pub async fn department(ctx: &Context, specialists: usize) -> Department {
    let id = ctx.new_id();
    let mut department = Department { id, specialists: Vec::new() };
    for _ in 0..specialists {
        department.specialists.push(somebody(ctx, Role::Specialist, None, Some(id)).await);
    }
    department
}

/// Every case has one key in a bench: making a million would measure nothing of the worklist.
const KEY: Uuid = Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001);

const CASES: [&str; 2] = [
    "insert into review_case (id, data_key, practice, practice_name, department, department_name, specialty, channel, priority, priority_rank, due_at, submitted_at, sex, age_65_plus, test, content, state, listed) \
     with recursive n (i) as (select $5 union all select i + 1 from n where i < $6) \
     select randomblob(16), $1, $2, 'Solvik legekontor', $3, 'Skin department', 'dermatology', 'web', \
     case when i % 20 = 0 then 'suspected-cancer' when i % 20 < 4 then 'urgent' else 'routine' end, \
     case when i % 20 = 0 then 0 when i % 20 < 4 then 1 else 2 end, $4 + ((i * 7919) % 5000000) * 1000000, $4, 'female', 0, 0, randomblob(700), 'waiting', 1 from n",
    "insert into review_case (id, data_key, practice, practice_name, department, department_name, specialty, channel, priority, priority_rank, due_at, submitted_at, sex, age_65_plus, test, content, state, listed) \
     select gen_random_uuid(), $1, $2, 'Solvik legekontor', $3, 'Skin department', 'dermatology', 'web', \
     case when i % 20 = 0 then 'suspected-cancer' when i % 20 < 4 then 'urgent' else 'routine' end, \
     case when i % 20 = 0 then 0 when i % 20 < 4 then 1 else 2 end, $4 + ((i * 7919) % 5000000) * interval '1 second', $4, 'female', false, false, \
     decode(repeat(md5(i::text), 44), 'hex'), 'waiting', true from generate_series(cast($5 as bigint), cast($6 as bigint)) as n (i)",
];

const PICTURES: [&str; 2] = [
    "insert into review_image (id, case_id, place, image_view, media_type, bytes, sha256, object, stored_sha256, stored_bytes, width, height, added_at) \
     select randomblob(16), id, 1, 'close-up', 'image/jpeg', 1000, x'00', 'originals/none', x'00', 1000, 800, 600, $1 from review_case where id > $2 and id <= $3",
    "insert into review_image (id, case_id, place, image_view, media_type, bytes, sha256, object, stored_sha256, stored_bytes, width, height, added_at) \
     select gen_random_uuid(), id, 1, 'close-up', 'image/jpeg', 1000, '', 'originals/none', '', 1000, 800, 600, $1 from review_case where id > $2 and id <= $3",
];
const DERIVED: &str = "insert into review_derived (image, state) select id, 'ready' from review_image where case_id > $1 and case_id <= $2";
const NEXT: &str = "select id from review_case where id > $1 order by id limit 1 offset $2";
/// So many rows at once.
const PORTION: usize = 50_000;

/// A picture for every case.
pub async fn pictures(ctx: &Context) {
    let (text, now, mut from) = (PICTURES[usize::from(!ctx.db.is_sqlite())], ctx.now(), Uuid::nil());
    while from != Uuid::max() {
        let next: Option<(Uuid,)> = ctx.db.q(NEXT).bind(from).bind(PORTION as i64).opt().await.expect("a place");
        let to = next.map_or(Uuid::max(), |(id,)| id);
        ctx.db.q(text).bind(now).bind(from).bind(to).exec().await.expect("pictures");
        ctx.db.q(DERIVED).bind(from).bind(to).exec().await.expect("what was made of them");
        from = to;
    }
    analyse(ctx).await;
}

/// Waiting cases of a department; and statistics for the planner.
pub async fn cases(ctx: &Context, department: Uuid, count: usize) {
    let began = std::time::Instant::now();
    let (text, practice, now) = (CASES[usize::from(!ctx.db.is_sqlite())], ctx.new_id(), ctx.now());
    for (first, last) in portions(count) {
        let q = ctx.db.q(text).bind(KEY).bind(practice).bind(department).bind(now).bind(first).bind(last);
        q.exec().await.expect("cases");
    }
    analyse(ctx).await;
    println!("seeded {count} waiting cases in {:.1} s", began.elapsed().as_secs_f64());
}

/// Numbers of rows from 1, in portions: first and last.
pub fn portions(count: usize) -> impl Iterator<Item = (i64, i64)> {
    (0..count).step_by(PORTION).map(move |done| (done as i64 + 1, (done + PORTION).min(count) as i64))
}

/// What PostgreSQL does by itself after a while: statistics and the visibility map. Nothing gives SQLite statistics in a
/// deployment either, so that its plans must be right without.
pub async fn analyse(ctx: &Context) {
    if !ctx.db.is_sqlite() {
        vacuum(&ctx.settings.database_url).await;
    }
}

/// As the server's owner and with all the time that it needs.
pub async fn vacuum(url: &str) {
    let mut owner = sqlx::PgConnection::connect(url).await.expect("PostgreSQL");
    sqlx::raw_sql("vacuum analyze").execute(&mut owner).await.expect("statistics");
    owner.close().await.expect("closed");
}

/// Gives some cases a content that can be opened.
pub async fn fill(ctx: &Context, ids: &[Uuid]) {
    let key = ctx.keys.ensure(KEY).await.expect("a key");
    let content = Content {
        question: "Is excision needed? It grew since the summer and itches at night.".into(),
        history: "Fair skin, a sister with melanoma. ".repeat(12),
        ..Content::default()
    };
    let mut tx = ctx.begin().await.expect("a transaction");
    for id in ids {
        let sealed = review::sealed::seal(ctx, &key, review::sealed::CASE, *id, &content).expect("sealed");
        tx.q("update review_case set content = $2 where id = $1")
            .bind(*id)
            .bind(sealed)
            .exec_one()
            .await
            .expect("a case");
    }
    tx.commit().await.expect("filled");
}

/// The ids of a department's worklist, most urgent first, from one place on.
pub async fn in_order(ctx: &Context, department: Uuid, from: usize, count: usize) -> Vec<(i64, At, Uuid)> {
    ctx.db
        .q("select priority_rank, due_at, id from review_case where department = $1 and listed = true order by priority_rank, due_at, id limit $2 offset $3")
        .bind(department)
        .bind(count as i64)
        .bind(from as i64)
        .all()
        .await
        .expect("cases in order")
}
