//! The acts of a whole journey, each a thing that a client may do again: with the ids of its own that it made before, the
//! claim that it holds, the offset that it asked for. Suites of faults play them one by one.

mod administration;
mod department;
mod hospital;
mod lending;
mod mistakes;
mod office;
mod people;
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

/// An enum and the list of its values, in their order.
macro_rules! acts {
    ($(#[$what:meta])* $name:ident: $($act:ident),+ $(,)?) => {
        $(#[$what])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($act),+
        }

        /// All of them, in their order.
        pub const ALL: &[$name] = &[$($name::$act),+];
    };
}

acts! {
    /// What can be done. In this order they make a journey; a referral is asked about, answered, amended and read, one is withdrawn
    /// and erased, one is passed on, declined and erased, one discarded, and time passes.
    Act:
    Department,
    ChangeDepartment,
    Practice,
    ChangePractice,
    Register,
    Enablement,
    Equip,
    EndEquipment,
    Train,
    Contact,
    NoteContext,
    CorrectContext,
    WithdrawContext,
    Import,
    Ordinary,
    OrdinaryAgain,
    Person,
    Grant,
    Deputy,
    EndGrant,
    NoDeputy,
    ClosePractice,
    OurDeputy,
    Colleague,
    NewLink,
    Invite,
    Accept,
    WrongPassword,
    SignIn,
    Lock,
    Unlock,
    Language,
    Mail,
    Hpr,
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
    ShowPhoneCode,
    OpenPhone,
    PhonePicture,
    PhoneRemoves,
    ClosePhone,
    EndPhone,
    Training,
    Settle,
    Ready,
    TakeBackReady,
    Submit,
    SettleSent,
    HandOver,
    Transfer,
    TransferBack,
    Read,
    Claim,
    Renew,
    Shown,
    SaveAnswer,
    Release,
    TakeOver,
    Ask,
    SettleAsked,
    Phone,
    SettlePhoned,
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
    CloseOut,
    File,
    FileLetter,
    AmendClaim,
    SignAmendment,
    ReleasedAmendment,
    AcknowledgeAmendment,
    SecondDraft,
    SecondPicture,
    SecondSubmit,
    Withdraw,
    SettleWithdrawn,
    FourthDraft,
    FourthPicture,
    FourthSubmit,
    SettleFourth,
    ReadFourth,
    WrongPicture,
    WrongPatient,
    SettleWrong,
    RightPatient,
    ReadNotice,
    FifthDraft,
    FifthPicture,
    FifthSubmit,
    SettleFifth,
    ReadFifth,
    PictureNoticed,
    PatientNoticed,
    SettleNoticed,
    ReadCaseNotice,
    Erase,
    SettleErased,
    EndColleague,
    PassedDraft,
    PassedPicture,
    PassedSubmit,
    SettlePassed,
    PassedClaim,
    Free,
    Assign,
    Away,
    Back,
    ForwardClaim,
    Forward,
    SettleForwarded,
    DeclineClaim,
    Decline,
    SettleDeclined,
    ReadRefusal,
    ErasePassed,
    SettlePassedErased,
    DiscardForGood,
    Rebuild,
    ForgetKeys,
    TimePasses,
}

use Act::*;

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
            Department | ChangeDepartment | Practice | ChangePractice | Register | Enablement | Import | Ordinary
            | OrdinaryAgain | Person | Grant | EndGrant | Deputy | NoDeputy => self.administration(act).await,
            ClosePractice | OurDeputy | Colleague | NewLink | EndColleague | Ready | TakeBackReady | HandOver
            | Transfer | TransferBack => self.people(act).await,
            Equip | EndEquipment | Train | Contact | NoteContext | CorrectContext | WithdrawContext | Notice
            | WhyNot => self.rolling_out(act).await,
            Invite | Accept | WrongPassword | SignIn | Lock | Unlock | Language | Mail | Hpr | SignOut
            | SignInByLink | SignOutEverywhere => self.coming_and_going(act).await,
            Draft | Picture | NoPicture | EndUpload | ChangePicture | RemovePicture | PutPictureBack | SaveAgain
            | Discard | TakeBack => self.writing(act).await,
            Submit | Supply | PictureForReply | Acknowledge | CloseOut | File | SecondDraft | SecondPicture
            | SecondSubmit | Withdraw | DiscardForGood => self.sending(act).await,
            Read | Claim | Renew | Shown | SaveAnswer | Release | TakeOver | Ask | Phone | ClaimAgain | ShownAgain
            | Sign | Undo | SignAgain | FileLetter => self.hospital(act).await,
            AmendClaim | SignAmendment | AcknowledgeAmendment | PassedDraft | PassedPicture | PassedSubmit
            | PassedClaim | Free | Assign | Away | Back | ForwardClaim | Forward | DeclineClaim | Decline
            | ReadRefusal => self.department(act).await,
            FourthDraft | FourthPicture | FourthSubmit | ReadFourth | WrongPicture | WrongPatient | RightPatient
            | ReadNotice | FifthDraft | FifthPicture | FifthSubmit | ReadFifth | PictureNoticed | PatientNoticed
            | ReadCaseNotice => self.mistaking(act).await,
            ShowPhoneCode | OpenPhone | PhonePicture | PhoneRemoves | ClosePhone | EndPhone | Training => {
                self.lending(act).await
            }
            Settle | SettleFourth | SettleWrong | SettleFifth | SettleNoticed | SettleSent | SettleAsked
            | SettlePhoned | SettleReply | SettleSupplied | SettleWithdrawn | SettleErased | Released
            | ReleasedAmendment | SettlePassed | SettleForwarded | SettleDeclined | ErasePassed
            | SettlePassedErased | Erase | Rebuild | ForgetKeys | TimePasses => self.house(act).await,
        }
    }

    /// Whether it is done by the house and not by a request.
    pub fn is_of_house(act: Act) -> bool {
        matches!(
            act,
            Settle
                | SettleFourth
                | SettleWrong
                | SettleFifth
                | SettleNoticed
                | SettleSent
                | SettleAsked
                | SettlePhoned
                | SettleReply
                | SettleSupplied
                | SettleWithdrawn
                | SettleErased
                | Released
                | ReleasedAmendment
                | SettlePassed
                | SettleForwarded
                | SettleDeclined
                | ErasePassed
                | SettlePassedErased
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

    /// Reads; `Err` when the server says that it can't now.
    async fn see(&self, who: &Client, path: &str) -> Result<Reply, Box<Reply>> {
        let reply = who.get(path).await;
        if reply.status.as_u16() >= 500 { Err(Box::new(reply)) } else { Ok(reply.expect(200)) }
    }

    async fn post(&self, who: &Client, path: &str, body: Value) -> Result<Reply, Box<Reply>> {
        self.json(who, Method::POST, path, body).await
    }

    /// What the house does by itself.
    async fn house(&mut self, act: Act) -> Done {
        match act {
            Released | ReleasedAmendment => self.world.clock.advance(Duration::seconds(11)),
            Erase | ErasePassed => {
                let gone = self.id(if act == Erase { "second" } else { "passed" });
                return intake::erase(self.ctx(), gone).await.map(|_| ()).map_err(|_| Box::new(nothing()));
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
