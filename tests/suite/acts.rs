//! The acts of a whole journey, each a thing that a client may do again: with the ids of its own that it made before, the
//! claim that it holds, the offset that it asked for. Suites of faults play them one by one.

mod administration;
mod hospital;
mod office;
mod rollout;
mod sessions;

use crate::copies::Copies;
use http::Method;
use kit::testing::World;
use kit::{Context, Service};
use serde_json::Value;
use std::collections::HashMap;
use tests::{Cast, Client, Reply};
use time::Duration;
use uuid::Uuid;

/// What can be done. In this order they make a journey; a referral is asked about, answered and read, one is withdrawn, one
/// erased, one discarded, and time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    Department,
    Practice,
    ChangePractice,
    Register,
    Enablement,
    Equip,
    EndEquipment,
    Train,
    Contact,
    Import,
    Person,
    Grant,
    EndGrant,
    Invite,
    Accept,
    WrongPassword,
    SignIn,
    Lock,
    Unlock,
    Language,
    Notice,
    SignOut,
    SignInByLink,
    SignOutEverywhere,
    Draft,
    Picture,
    NoPicture,
    EndUpload,
    ChangePicture,
    RemovePicture,
    PutPictureBack,
    SaveAgain,
    Discard,
    WhyNot,
    TakeBack,
    Settle,
    Submit,
    SettleSent,
    Read,
    Claim,
    Renew,
    Shown,
    SaveAnswer,
    Release,
    TakeOver,
    Ask,
    SettleAsked,
    PictureForReply,
    SettleReply,
    Supply,
    SettleSupplied,
    ClaimAgain,
    ShownAgain,
    Sign,
    Undo,
    SignAgain,
    Released,
    Acknowledge,
    SecondDraft,
    SecondPicture,
    SecondSubmit,
    Withdraw,
    SettleWithdrawn,
    Erase,
    SettleErased,
    DiscardForGood,
    Rebuild,
    ForgetKeys,
    TimePasses,
}

use Act::{
    Accept, Acknowledge, Ask, ChangePicture, ChangePractice, Claim, ClaimAgain, Contact, Department, Discard,
    DiscardForGood, Draft, Enablement, EndEquipment, EndGrant, EndUpload, Equip, Erase, ForgetKeys, Grant, Import,
    Invite, Language, Lock, NoPicture, Notice, Person, Picture, PictureForReply, Practice, PutPictureBack, Read, Rebuild, Register, Release, Released,
    RemovePicture, Renew, SaveAgain, SaveAnswer, SecondDraft, SecondPicture, SecondSubmit, Settle, SettleAsked,
    SettleErased, SettleReply, SettleSent, SettleSupplied, SettleWithdrawn, Shown, ShownAgain, Sign, SignAgain, SignIn,
    SignInByLink, SignOut, SignOutEverywhere, Submit, Supply, TakeBack, TakeOver, TimePasses, Train, Undo, Unlock,
    WhyNot, Withdraw, WrongPassword,
};

/// The journey.
pub const ALL: [Act; 69] = [
    Department,
    Practice,
    ChangePractice,
    Register,
    Enablement,
    Equip,
    EndEquipment,
    Train,
    Contact,
    Import,
    Person,
    Grant,
    EndGrant,
    Invite,
    Accept,
    WrongPassword,
    SignIn,
    Lock,
    Unlock,
    Language,
    Notice,
    SignOut,
    SignInByLink,
    SignOutEverywhere,
    Draft,
    Picture,
    NoPicture,
    EndUpload,
    ChangePicture,
    RemovePicture,
    PutPictureBack,
    SaveAgain,
    Discard,
    WhyNot,
    TakeBack,
    Settle,
    Submit,
    SettleSent,
    Read,
    Claim,
    Renew,
    Shown,
    SaveAnswer,
    Release,
    TakeOver,
    Ask,
    SettleAsked,
    PictureForReply,
    SettleReply,
    Supply,
    SettleSupplied,
    ClaimAgain,
    ShownAgain,
    Sign,
    Undo,
    SignAgain,
    Released,
    Acknowledge,
    SecondDraft,
    SecondPicture,
    SecondSubmit,
    Withdraw,
    SettleWithdrawn,
    Erase,
    SettleErased,
    DiscardForGood,
    Rebuild,
    ForgetKeys,
    TimePasses,
];

/// A journey under way.
pub struct Play<'a> {
    pub world: &'a World,
    /// All services with their consumers and repairs, which [`Act::Settle`] and its like run.
    pub services: &'a [Service],
    pub cast: &'a Cast,
    pub copies: &'a Copies,
    /// Made by the client, by what they are for.
    ids: HashMap<&'static str, Uuid>,
    /// Given by the server, by what they are for.
    given: HashMap<&'static str, Value>,
    joined: Client,
    seed: u32,
}

/// Whether an act came to its end; else the server's answer that it can't now.
pub type Done = Result<(), Box<Reply>>;

impl<'a> Play<'a> {
    pub fn new(world: &'a World, services: &'a [Service], cast: &'a Cast, copies: &'a Copies, seed: u32) -> Self {
        let joined = Client::new(&world.url());
        Self { world, services, cast, copies, ids: HashMap::new(), given: HashMap::new(), joined, seed }
    }

    pub fn ctx(&self) -> &'a Context {
        self.world.ctx()
    }

    /// The client's id of something: made once, so that a repeat is a repeat.
    pub fn id(&mut self, what: &'static str) -> Uuid {
        let ctx = self.ctx();
        *self.ids.entry(what).or_insert_with(|| ctx.new_id())
    }

    fn given(&self, what: &str) -> Value {
        self.given.get(what).cloned().unwrap_or_else(|| panic!("{what} comes from an earlier act"))
    }

    /// Does one act, or repeats it.
    pub async fn perform(&mut self, act: Act) -> Done {
        match act {
            Department | Practice | ChangePractice | Register | Enablement | Import | Person | Grant | EndGrant => {
                self.administration(act).await
            }
            Equip | EndEquipment | Train | Contact | Notice | WhyNot => self.rolling_out(act).await,
            Invite | Accept | WrongPassword | SignIn | Lock | Unlock | Language | SignOut | SignInByLink
            | SignOutEverywhere => self.coming_and_going(act).await,
            Draft | Picture | NoPicture | EndUpload | ChangePicture | RemovePicture | PutPictureBack | SaveAgain
            | Discard | TakeBack => self.writing(act).await,
            Submit | Supply | PictureForReply | Acknowledge | SecondDraft | SecondPicture | SecondSubmit | Withdraw
            | DiscardForGood => self.sending(act).await,
            Read | Claim | Renew | Shown | SaveAnswer | Release | TakeOver | Ask | ClaimAgain | ShownAgain | Sign
            | Undo | SignAgain => self.hospital(act).await,
            Settle | SettleSent | SettleAsked | SettleReply | SettleSupplied | SettleWithdrawn | SettleErased
            | Released | Erase | Rebuild | ForgetKeys | TimePasses => self.house(act).await,
        }
    }

    /// Whether it is done by the house and not by a request.
    pub fn is_of_house(act: Act) -> bool {
        matches!(
            act,
            Settle
                | SettleSent
                | SettleAsked
                | SettleReply
                | SettleSupplied
                | SettleWithdrawn
                | SettleErased
                | Released
                | Erase
                | Rebuild
                | ForgetKeys
                | TimePasses
        )
    }

    async fn json(&self, who: &Client, method: Method, path: &str, body: Value) -> Result<Reply, Box<Reply>> {
        self.copies
            .send(who, method, path, &[("content-type", "application/json")], body.to_string().into_bytes())
            .await
    }

    async fn post(&self, who: &Client, path: &str, body: Value) -> Result<Reply, Box<Reply>> {
        self.json(who, Method::POST, path, body).await
    }

    /// What the house does by itself.
    async fn house(&mut self, act: Act) -> Done {
        match act {
            Released => self.world.clock.advance(Duration::seconds(11)),
            Erase => {
                let second = self.id("second");
                return intake::erase(self.ctx(), second).await.map(|_| ()).map_err(|_| Box::new(nothing()));
            }
            Rebuild => {
                let consumers = self.services.iter().flat_map(|service| &service.consumers);
                for consumer in consumers.filter(|consumer| !consumer.reset.is_empty()) {
                    kit::log::rebuild(self.ctx(), consumer).await.map_err(|_| Box::new(nothing()))?;
                }
            }
            ForgetKeys => {
                let later = self.ctx().now() + Duration::days(91);
                kit::idempotency::forget_old(&self.ctx().db, later).await.map_err(|_| Box::new(nothing()))?;
            }
            TimePasses => self.world.clock.advance(Duration::days(12)),
            _ => {}
        }
        self.drain().await
    }

    /// Consumers and repairs until nothing is left, pictures that were put off included.
    pub async fn drain(&self) -> Done {
        for _ in 0..30 {
            kit::run::drain(self.services, self.ctx()).await.map_err(|_| Box::new(nothing()))?;
            let text = "select count(*) from imaging_job where state = 'waiting'";
            let (waiting,): (i64,) = self.ctx().db.q(text).one().await.expect("a count");
            if waiting == 0 {
                return Ok(());
            }
            self.world.clock.advance(Duration::seconds(3));
        }
        Err(Box::new(nothing()))
    }
}

/// The house has no answer to show.
fn nothing() -> Reply {
    Reply { status: http::StatusCode::SERVICE_UNAVAILABLE, headers: http::HeaderMap::new(), bytes: Vec::new() }
}
