//! What stands before a request that only a claim's holder can make: the claim, the look at the pictures, the signature.
//!
//! It is written straight into the tables, for callers too who could never have claimed: one with the right token and
//! without the right must be refused all the same.

use super::request::TOKEN;
use super::table::How;
use crate::town::{Somebody, Town};
use kit::Context;
use time::Duration;

const HOLD: &str = "update review_case set claimed_by = $1, claimed_name = 'Holder', claimed_at = $2, lease_token = $3, lease_expires_at = $4 \
    where state in ('waiting', 'returned', 'awaiting-information')";
const LOOK: &str = "insert into review_shown (image, person, shown_at) select i.id, $1, $2 from review_image i \
    where not exists (select 1 from review_shown s where s.image = i.id and s.person = $1)";
const SIGN: &str = "insert into review_answer (id, case_id, person, person_name, role, content, disposition, findings, claimed_at, signed_at, release_at) \
    select c.id, c.id, $1, 'Holder', 'specialist', $4, 'gp-manages', 1, $2, $2, $3 from review_case c where c.state = 'waiting'";
const SIGNED: &str = "update review_case set state = 'signed', listed = $1 where state = 'waiting'";

const CLIMB: &str = "update review_wait set since = $1, phoned_at = null";

/// Writes it.
///
/// # Panics
/// When the database refuses.
pub async fn prepare(town: &Town, how: How, by: &Somebody) {
    let ctx: &Context = town.ctx();
    if how == How::Climbed {
        ctx.db.q(CLIMB).bind(ctx.now() - Duration::days(60)).exec().await.expect("climbed");
    }
    if !matches!(how, How::Held | How::Looked | How::Signed) {
        return;
    }
    let (now, db) = (ctx.now(), &ctx.db);
    let until = now + Duration::minutes(30);
    db.q(HOLD).bind(by.person).bind(now).bind(TOKEN).bind(until).exec().await.expect("held");
    if how == How::Looked {
        db.q(LOOK).bind(by.person).bind(now).exec().await.expect("looked at");
    }
    if how == How::Signed {
        let release = now + Duration::seconds(10);
        db.q(SIGN).bind(by.person).bind(now).bind(release).bind(Vec::<u8>::new()).exec().await.expect("signed");
        db.q(SIGNED).bind(false).exec().await.expect("signed");
    }
}
