//! Coming and going: invitations, signing in and out, the locked screen.

use super::Act::{
    Accept, Hpr, Invite, Language, Lock, Mail, SignIn, SignInByLink, SignOut, SignOutEverywhere, Unlock, WrongPassword,
};
use super::{Act, Done, Play, nothing};
use http::Method;
use serde_json::json;
use tests::{Client, Reply};
use time::Duration;

const PASSWORD: &str = "tre SYNTHETIC båter";

impl Play<'_> {
    fn code(&self) -> String {
        let secret = self.given("secret");
        let secret = totp_rs::Secret::try_from_base32(secret.as_str().expect("text")).expect("base 32");
        let totp = totp_rs::Builder::new().with_secret(secret).build().expect("160 bits");
        totp.generate(self.ctx().now().micros() as u64 / 1_000_000).to_string()
    }

    pub(super) async fn coming_and_going(&mut self, act: Act) -> Done {
        let person = self.id("person");
        let email = format!("{person}@lysbro.example");
        let joined = self.joined.clone();
        match act {
            Invite => {
                let path = format!("/api/directory/people/{person}/invitation");
                let made = self.copies.once(&self.cast.admin, Method::POST, &path, json!({})).await?.expect(201).json();
                let token = made["link"].as_str().and_then(|link| link.split_once('#')).expect("a link").1.to_owned();
                let body = json!({ "token": token });
                let opened = self.copies.once(&joined, Method::POST, "/api/directory/links/open", body).await?;
                let shown = opened.expect(200);
                self.given.insert("token", json!(token));
                self.given.insert("secret", shown.json()["totp"]["secret"].clone());
            }
            Accept => {
                let body = json!({ "token": self.given("token"), "password": PASSWORD, "totpCode": self.code() });
                let reply = self.copies.once(&joined, Method::POST, "/api/directory/links/accept", body).await?;
                self.came_in(&reply, 410);
            }
            WrongPassword => {
                let body = json!({ "email": email, "password": "not this one", "totpCode": "000000" });
                let path = "/api/directory/sign-in";
                self.copies.once(&Client::new(&self.world.url()), Method::POST, path, body).await?.expect(401);
            }
            SignIn => {
                // A code works once: the next one.
                self.world.clock.advance(Duration::seconds(31));
                let body = json!({ "email": email, "password": PASSWORD, "totpCode": self.code() });
                let fresh = Client::new(&self.world.url());
                let reply = self.copies.once(&fresh, Method::POST, "/api/directory/sign-in", body).await?;
                self.came_in(&reply, 401);
            }
            Lock => drop(self.post(&joined, "/api/directory/lock", json!({})).await?.expect(204)),
            Unlock => {
                // It opens a new session in the place of the old one: a second one at the same moment is nobody's any more.
                let body = json!({ "password": PASSWORD });
                let reply = self.copies.once(&joined, Method::POST, "/api/directory/unlock", body).await?.expect(200);
                self.joined.keep_cookie(&reply);
            }
            Language => {
                let body = json!({ "language": "en" });
                self.json(&joined, Method::PUT, "/api/directory/me/language", body).await?.expect(204);
            }
            Mail => {
                let body = json!({ "digest": false });
                self.json(&joined, Method::PUT, "/api/directory/me/mail", body).await?.expect(204);
            }
            Hpr => {
                let body = json!({ "hprNumber": "9991234" });
                self.json(&joined, Method::PUT, "/api/directory/me/hpr", body).await?.expect(204);
            }
            SignOut => {
                let reply = self.copies.once(&joined, Method::POST, "/api/directory/sign-out", json!({})).await?;
                assert!(matches!(reply.status.as_u16(), 204 | 401), "{}", reply.text());
            }
            SignInByLink => {
                let kind = directory::LinkKind::SignIn;
                let made = directory::make_link(self.ctx(), person, kind, Duration::hours(1)).await;
                let token = made.map_err(|_| Box::new(nothing()))?;
                let body = json!({ "token": token });
                let fresh = Client::new(&self.world.url());
                let reply = self.copies.once(&fresh, Method::POST, "/api/directory/links/sign-in", body).await?;
                self.came_in(&reply, 410);
            }
            SignOutEverywhere => {
                let path = "/api/directory/sign-out-everywhere";
                let reply = self.copies.once(&joined, Method::POST, path, json!({})).await?;
                assert!(matches!(reply.status.as_u16(), 204 | 401), "{}", reply.text());
            }
            other => panic!("{other:?} is not about sessions"),
        }
        Ok(())
    }

    /// Keeps the session; what was used up before is told so.
    fn came_in(&mut self, reply: &Reply, used_up: u16) {
        if reply.status.as_u16() == used_up {
            return;
        }
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.text());
        self.joined.keep_cookie(reply);
    }
}
