//! A right that ends, ends on the next request, in the middle of whatever was under way.

use super::still::Still;
use serde_json::json;
use tests::Reply;
use tests::access::{Expected, How, Noun, TABLE, TOKEN, prepare, request};
use tests::town::{Asked, Stage, Town, Who};
use time::Duration;

/// Walks through the ways in which a right can end.
pub async fn walk(town: &Town, still: &Still) {
    for who in [Who::GpA, Who::StaffA, Who::SpecialistX, Who::CoordinatorX, Who::Manager] {
        by_the_administrator(town, who).await;
        still.put_back(town.ctx()).await;
        by_its_date(town, who).await;
        still.put_back(town.ctx()).await;
    }
    out_of_every_session(town).await;
    still.put_back(town.ctx()).await;
    the_holder_leaves(town).await;
    still.put_back(town.ctx()).await;
    the_case_goes_elsewhere(town).await;
    still.put_back(town.ctx()).await;
}

/// Every cell in which somebody reads succeeds before and is refused after; so does every write.
async fn assert_shut_out(town: &Town, who: Who) {
    let mut cells = 0;
    let by = town.somebody(who);
    for row in TABLE.iter().filter(|row| row.noun != Noun::Nothing) {
        for thing in town.things.iter().filter(|thing| row.expects(who, thing) == Expected::Success) {
            let reply = town.ask(who, request(town, row, by, thing)).await;
            assert_eq!(
                reply.status,
                404,
                "{} {} as {who:?}, whose right ended: {}",
                row.method,
                row.path,
                reply.text()
            );
            cells += 1;
        }
    }
    assert!(cells > 20 || who == Who::Manager, "{cells} cells of {who:?}");
    for path in lists(who) {
        town.ask(who, Asked::new("GET", *path)).await.expect(404);
    }
    let me = town.ask(who, Asked::new("GET", "/api/directory/me")).await.expect(200);
    assert_eq!(me.json()["grants"], json!([]), "the session stands, without a right");
}

fn lists(who: Who) -> &'static [&'static str] {
    match who {
        Who::GpA | Who::StaffA => {
            &["/api/intake/referrals?tab=answers", "/api/intake/departments", "/api/intake/limits"]
        }
        Who::SpecialistX | Who::CoordinatorX => &["/api/review/worklist"],
        _ => &["/api/uptake/practices", "/api/uptake/practices.csv", "/api/directory/practices"],
    }
}

async fn assert_let_in(town: &Town, who: Who) {
    for path in lists(who) {
        town.ask(who, Asked::new("GET", *path)).await.expect(200);
    }
}

async fn by_the_administrator(town: &Town, who: Who) {
    let one = town.somebody(who);
    assert_let_in(town, who).await;
    prepare(town, How::Looked, one).await;
    end_grant(town, who).await;
    assert_shut_out(town, who).await;
}

async fn end_grant(town: &Town, who: Who) {
    let one = town.somebody(who);
    let path = format!("/api/directory/people/{}/grants/{}/end", one.person, one.grant);
    // Forced: some are the last of their department.
    let body = json!({ "force": true, "reason": "Left." });
    town.ask(Who::Administrator, Asked::new("POST", path).json(&body)).await.expect(204);
}

/// A last day that was set long ago comes while a session is open.
async fn by_its_date(town: &Town, who: Who) {
    let (one, ctx) = (town.somebody(who), town.ctx());
    let until = ctx.now() + Duration::seconds(10);
    let sql = "update kit_grant set ends_at = $2 where person = $1";
    ctx.db.q(sql).bind(one.person).bind(until).exec().await.expect("dated");
    prepare(town, How::Looked, one).await;
    assert_let_in(town, who).await;
    let before = ctx.now();
    town.world.clock.advance(Duration::seconds(10));
    assert_shut_out(town, who).await;
    town.world.clock.hold(before);
}

/// Signing out everywhere ends the session at the other desk in the middle of its work.
async fn out_of_every_session(town: &Town) {
    town.ask(Who::Everything, Asked::new("POST", "/api/directory/sign-out-everywhere")).await.expect(204);
    for who in [Who::Everything, Who::Locked] {
        let draft = format!("/api/intake/referrals/{}", town.thing("AX", Stage::Draft).referral);
        let reply: Reply = town.ask(who, Asked::new("GET", draft)).await.expect(401);
        assert_eq!(reply.code(), "signed-out");
    }
}

/// Who holds a claim and loses the right writes nothing more, and the case is free for a colleague at once.
async fn the_holder_leaves(town: &Town) {
    let holder = town.somebody(Who::SpecialistX);
    prepare(town, How::Looked, holder).await;
    let case = format!("/api/review/cases/{}", town.thing("AX", Stage::Sent).referral);
    let (claim, renew) = (|| Asked::new("POST", format!("{case}/claim")), json!({ "token": TOKEN }));
    let renew = || Asked::new("POST", format!("{case}/renew")).json(&renew);
    town.ask(Who::SpecialistX, renew()).await.expect(200);
    town.ask(Who::CoordinatorX, claim()).await.expect(409);
    end_grant(town, Who::SpecialistX).await;
    town.ask(Who::SpecialistX, renew()).await.expect(404);
    town.ask(Who::CoordinatorX, claim()).await.expect(200);
}

/// A case that was forwarded is gone for those who could read it, claim and token or not.
async fn the_case_goes_elsewhere(town: &Town) {
    prepare(town, How::Looked, town.somebody(Who::SpecialistX)).await;
    let thing = town.thing("AX", Stage::Sent);
    let (case, image) =
        (format!("/api/review/cases/{}", thing.referral), format!("/api/review/images/{}/512", thing.image));
    let renew = || Asked::new("POST", format!("{case}/renew")).json(&json!({ "token": TOKEN }));
    for path in [&case, &image] {
        town.ask(Who::SpecialistX, Asked::new("GET", path)).await.expect(200);
        town.ask(Who::SpecialistY, Asked::new("GET", path)).await.expect(404);
    }
    let forward = json!({ "id": town.ctx().new_id(), "token": TOKEN, "departmentId": town.departments[1], "specialty": "ent",
        "text": "Inside the ear." });
    town.ask(Who::SpecialistX, Asked::new("POST", format!("{case}/forward")).json(&forward)).await.expect(204);
    for path in [&case, &image] {
        town.ask(Who::SpecialistX, Asked::new("GET", path)).await.expect(404);
        town.ask(Who::SpecialistY, Asked::new("GET", path)).await.expect(200);
    }
    town.ask(Who::SpecialistX, renew()).await.expect(404);
}
