//! What the programme records about a practice, and what people say themselves.

use super::Act::{Contact, CorrectContext, EndEquipment, Equip, NoteContext, Notice, Train, WhyNot, WithdrawContext};
use super::{Act, Done, Play};
use serde_json::json;

impl Play<'_> {
    pub(super) async fn rolling_out(&mut self, act: Act) -> Done {
        let (admin, nurse) = (&self.cast.admin, &self.cast.nurse);
        let (equipment, training) = (self.id("equipment"), self.id("course"));
        let (contact, reason) = (self.id("contact"), self.id("reason"));
        match act {
            Equip => {
                let body = json!({ "id": equipment, "kind": "camera", "specialty": null, "make": "Compact", "serial": "C-1",
                    "place": "Room 1", "from": "2026-01-20" });
                self.post(admin, &format!("{}/equipment", self.practice()), body).await?.expect(201);
            }
            EndEquipment => {
                let path = format!("{}/equipment/{equipment}/withdraw", self.practice());
                self.post(admin, &path, json!({ "on": "2026-02-01", "reason": "Broken" })).await?.expect(204);
            }
            Train => {
                let body =
                    json!({ "id": training, "on": "2026-01-22", "specialty": null, "role": "nurse", "people": 2 });
                self.post(admin, &format!("{}/trainings", self.practice()), body).await?.expect(201);
            }
            Contact => {
                let body = json!({ "id": contact, "on": "2026-01-25", "kind": "visit", "note": "They are well." });
                self.post(admin, &format!("{}/contacts", self.practice()), body).await?.expect(201);
            }
            NoteContext => {
                let body = json!({ "id": self.id("context"), "domain": "outer-setting", "kind": "tariff-change",
                    "from": "2026-01-01", "text": "A new tariff." });
                self.post(admin, "/api/directory/context", body).await?.expect(201);
            }
            CorrectContext => {
                let (first, next) = (self.id("context"), self.id("corrected context"));
                let body = json!({ "id": next, "domain": "outer-setting", "kind": "tariff-change", "from": "2026-01-02",
                    "until": "2026-12-31", "text": "A new tariff, from the second day on." });
                self.post(admin, &format!("/api/directory/context/{first}/correct"), body).await?.expect(201);
            }
            WithdrawContext => {
                let (corrected, last) = (self.id("corrected context"), self.id("withdrawn context"));
                let body = json!({ "id": last, "reason": "It was put off." });
                let path = format!("/api/directory/context/{corrected}/withdraw");
                self.post(admin, &path, body).await?.expect(201);
            }
            Notice => {
                let body = json!({ "version": directory::notice::VERSION });
                // Whoever has confirmed it confirms nothing again: somebody who is new each time.
                self.post(&self.joined, "/api/directory/me/notice", body).await?.expect(204);
            }
            WhyNot => {
                // A practice has one reason a month: those before were of another one.
                let (ctx, sql) = (self.world.ctx(), "update directory_reason set made_at = $1 where id <> $2");
                let earlier = ctx.now() - time::Duration::days(40);
                ctx.db.q(sql).bind(earlier).bind(reason).exec().await.expect("aged");
                let body = json!({ "id": reason, "practiceId": self.cast.practices[0].id, "reason": "no-time", "after": "draft", "text": "" });
                self.post(nurse, "/api/directory/reasons", body).await?.expect(201);
            }
            other => panic!("{other:?} is not of the roll-out"),
        }
        Ok(())
    }
}
