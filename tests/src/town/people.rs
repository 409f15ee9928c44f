//! Everybody who may knock: one of every role on both sides, and sessions and rights that do not hold (any more).

use super::{Asked, Door};
use directory::{LinkKind, add_grant, add_person, make_link};
use kit::{At, Context, Role};
use serde_json::json;
use time::Duration;
use totp_rs::{Builder, Secret};
use uuid::Uuid;

/// Everybody's password where one is needed.
pub const PASSWORD: &str = "tre SYNTHETIC båter";

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// Without a cookie.
    Anonymous,
    /// With a token that nobody was given.
    Forged,
    /// Doctor of office A.
    GpA,
    /// Staff of office A.
    StaffA,
    /// Doctor of office B.
    GpB,
    /// Doctor of the practice that took over from office A.
    TakesOverA,
    /// Keeps the people of office A.
    SuperA,
    /// Specialist of department X.
    SpecialistX,
    /// Specialist of department Y.
    SpecialistY,
    /// Coordinator of department X.
    CoordinatorX,
    /// Coordinator of department Y.
    CoordinatorY,
    /// Of the programme.
    Manager,
    /// Of the deployment.
    Administrator,
    /// Holds every right at once: office A, department X both ways, programme, deployment. Shows that those below are
    /// refused for their session or their rights' dates and for nothing else.
    Everything,
    /// Had all of them until a moment ago.
    Ended,
    /// Will have all of them tomorrow.
    NotYet,
    /// `Everything` behind a locked screen.
    Locked,
    /// `Everything` in a session of yesterday.
    Expired,
    /// `Everything` in a session that rested too long.
    Idle,
    /// `Everything` with the token of a session that was signed out.
    SignedOut,
    /// A phone that was lent to a draft of office A: no session at all, but for its own routes.
    Phone,
}

/// What a session is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// Nothing: 401 `signed-out`.
    None,
    /// Unlocking and signing out: otherwise 401 `locked`.
    Locked,
    /// The person's rights: otherwise 404.
    Live,
}

impl Who {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Anonymous,
        Self::Forged,
        Self::GpA,
        Self::StaffA,
        Self::GpB,
        Self::TakesOverA,
        Self::SuperA,
        Self::SpecialistX,
        Self::SpecialistY,
        Self::CoordinatorX,
        Self::CoordinatorY,
        Self::Manager,
        Self::Administrator,
        Self::Everything,
        Self::Ended,
        Self::NotYet,
        Self::Locked,
        Self::Expired,
        Self::Idle,
        Self::SignedOut,
        Self::Phone,
    ];

    /// What the session is worth.
    pub fn session(self) -> Session {
        match self {
            Self::Anonymous | Self::Forged | Self::Expired | Self::Idle | Self::SignedOut | Self::Phone => {
                Session::None
            }
            Self::Locked => Session::Locked,
            _ => Session::Live,
        }
    }

    /// The office whose referrals a right reaches now: 0 is A, 1 is B.
    pub fn office(self) -> Option<usize> {
        match self {
            Self::GpA | Self::StaffA | Self::TakesOverA | Self::Everything => Some(0),
            Self::GpB => Some(1),
            _ => None,
        }
    }

    /// The office whose people they keep.
    pub fn keeps(self) -> Option<usize> {
        matches!(self, Self::SuperA | Self::Everything).then_some(0)
    }

    /// The department where a right holds now: 0 is X, 1 is Y.
    pub fn department(self) -> Option<usize> {
        match self {
            Self::SpecialistX | Self::CoordinatorX | Self::Everything => Some(0),
            Self::SpecialistY | Self::CoordinatorY => Some(1),
            _ => None,
        }
    }

    /// Is a specialist of their department.
    pub fn is_specialist(self) -> bool {
        matches!(self, Self::SpecialistX | Self::SpecialistY | Self::Everything)
    }

    /// Coordinates their department.
    pub fn coordinates(self) -> bool {
        matches!(self, Self::CoordinatorX | Self::CoordinatorY | Self::Everything)
    }

    fn roles(self) -> Vec<(Role, usize)> {
        match self {
            Self::Anonymous | Self::Forged | Self::Phone => Vec::new(),
            Self::GpA => vec![(Role::GpClinician, 0)],
            Self::StaffA => vec![(Role::GpStaff, 0)],
            Self::GpB => vec![(Role::GpClinician, 1)],
            Self::TakesOverA => vec![(Role::GpClinician, 2)],
            Self::SuperA => vec![(Role::PracticeAdmin, 0)],
            Self::SpecialistX => vec![(Role::Specialist, 0)],
            Self::SpecialistY => vec![(Role::Specialist, 1)],
            Self::CoordinatorX => vec![(Role::Coordinator, 0)],
            Self::CoordinatorY => vec![(Role::Coordinator, 1)],
            Self::Manager => vec![(Role::ProgrammeManager, 0)],
            Self::Administrator => vec![(Role::Administrator, 0)],
            _ => Role::ALL.map(|role| (role, 0)).into(),
        }
    }
}

/// Somebody.
#[derive(Clone, Debug)]
pub struct Somebody {
    /// Who.
    pub who: Who,
    /// Their id; a random one for who has none.
    pub person: Uuid,
    /// One of their grants; a random id for who has none.
    pub grant: Uuid,
    /// Their session's token.
    pub token: Option<String>,
}

/// Registers everybody, with their rights and a session each.
pub(super) async fn gather(ctx: &Context, door: &Door, practices: [Uuid; 3], departments: [Uuid; 2]) -> Vec<Somebody> {
    let mut all: Vec<Somebody> = Vec::new();
    for who in Who::ALL {
        let shared = all.iter().find(|one| one.who == Who::Everything).map(|one| (one.person, one.grant));
        let (person, grant) = match who {
            Who::Anonymous | Who::Forged | Who::Phone => (ctx.new_id(), ctx.new_id()),
            Who::Locked | Who::Expired | Who::Idle | Who::SignedOut => shared.expect("comes before"),
            _ => register(ctx, who, practices, departments).await,
        };
        let token = match who {
            // The phone's comes when there is a draft to lend it to.
            Who::Anonymous | Who::Phone => None,
            Who::Forged => Some(ctx.random.token()),
            _ => Some(sign_in(ctx, door, person).await),
        };
        all.push(Somebody { who, person, grant, token });
    }
    all
}

async fn register(ctx: &Context, who: Who, practices: [Uuid; 3], departments: [Uuid; 2]) -> (Uuid, Uuid) {
    let email = format!("kanari-{who:?}@lysbro.example");
    let person = add_person(ctx, None, &format!("KanariPerson{who:?}"), &email, "en").await.expect("a person");
    let mut last = Uuid::nil();
    for (role, place) in who.roles() {
        let (practice, department) =
            (role.of_practice().then(|| practices[place]), role.of_department().then(|| departments[place]));
        let (from, until) = match who {
            Who::Ended => (ctx.now() - Duration::days(2), Some(ctx.now() - Duration::seconds(1))),
            Who::NotYet => (ctx.now() + Duration::days(1), None),
            _ => (ctx.now() - Duration::days(2), None),
        };
        last = add_grant(ctx, person, role, practice, department, from, until).await.expect("a grant");
    }
    (person, last)
}

/// Signs a person in by a link; gives the session's token.
pub(super) async fn sign_in(ctx: &Context, door: &Door, person: Uuid) -> String {
    let link = make_link(ctx, person, LinkKind::SignIn, Duration::hours(1)).await.expect("a link");
    let asked = Asked::new("POST", "/api/directory/links/sign-in").json(&json!({ "token": link }));
    token_of(&door.ask(None, asked).await.expect(200))
}

fn token_of(reply: &crate::Reply) -> String {
    let cookie = reply.header("set-cookie").split(';').next().unwrap_or_default();
    cookie.split_once('=').expect("a cookie").1.to_owned()
}

/// Makes the four sessions of `Everything` that do not hold what they are.
pub(super) async fn spoil_sessions(ctx: &Context, door: &Door, people: &[Somebody]) {
    let now = ctx.now();
    for one in people {
        let Some(token) = one.token.as_deref() else { continue };
        let hash = kit::pictures::sha256(token.as_bytes());
        match one.who {
            Who::Locked => {
                door.ask(Some(token), Asked::new("POST", "/api/directory/lock")).await.expect(204);
            }
            Who::SignedOut => {
                door.ask(Some(token), Asked::new("POST", "/api/directory/sign-out")).await.expect(204);
            }
            // No session ever had these tokens.
            Who::Forged | Who::Phone => {}
            Who::Expired => {
                let sql = "update kit_session set expires_at = $2 where token_hash = $1";
                ctx.db.q(sql).bind(hash).bind(now).exec_one().await.expect("expired");
            }
            Who::Idle => {
                let sql = "update kit_session set seen_at = $2 where token_hash = $1";
                ctx.db.q(sql).bind(hash).bind(now - kit::caller::IDLE).exec_one().await.expect("idle");
            }
            _ => {
                // Once held, the clock does not tell the table's requests apart from the sign-in.
                let sql = "update kit_session set seen_at = $2, expires_at = $3 where token_hash = $1";
                let until = now + kit::caller::LASTS;
                ctx.db
                    .q(sql)
                    .bind(hash)
                    .bind(now)
                    .bind(until)
                    .exec_one()
                    .await
                    .unwrap_or_else(|error| panic!("{:?}: {error}", one.who));
            }
        }
    }
}

/// What signing in, unlocking and one-time links need: one person with a password and an authenticator, whose password
/// everybody gets, and a link of each kind.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Of the person with an authenticator.
    pub email: String,
    secret: String,
    /// A sign-in link's token.
    pub link: String,
    /// An invitation's token.
    pub invitation: String,
    invitation_secret: String,
    /// For a phone: opens the draft between B and Y.
    pub phone_code: String,
}

impl Credentials {
    pub(super) async fn make(ctx: &Context, door: &Door) -> Self {
        let email = "kanari-linked@lysbro.example".to_owned();
        let person = add_person(ctx, None, "KanariPersonLinked", &email, "en").await.expect("a person");
        let invitation = async || {
            let token = make_link(ctx, person, LinkKind::Invitation, Duration::days(1)).await.expect("a link");
            let asked = Asked::new("POST", "/api/directory/links/open").json(&json!({ "token": token }));
            let shown = door.ask(None, asked).await.expect(200).json();
            (token, shown["totp"]["secret"].as_str().expect("a secret").to_owned())
        };
        let (first, secret) = invitation().await;
        let form = json!({ "token": first, "password": PASSWORD, "totpCode": code(&secret, ctx.now()) });
        door.ask(None, Asked::new("POST", "/api/directory/links/accept").json(&form)).await.expect(200);
        let sql = "update directory_person set password_hash = (select p.password_hash from directory_person p where p.id = $1) where id <> $1";
        ctx.db.q(sql).bind(person).exec().await.expect("passwords");
        let link = make_link(ctx, person, LinkKind::SignIn, Duration::hours(1)).await.expect("a link");
        let (invitation, invitation_secret) = invitation().await;
        Self { email, secret, link, invitation, invitation_secret, phone_code: String::new() }
    }

    /// What the authenticator shows.
    pub fn code(&self, now: At) -> String {
        code(&self.secret, now)
    }

    /// What the invited person's new authenticator shows.
    pub fn invitation_code(&self, now: At) -> String {
        code(&self.invitation_secret, now)
    }
}

fn code(secret: &str, now: At) -> String {
    let secret = Secret::try_from_base32(secret).expect("base 32");
    let totp = Builder::new().with_secret(secret).build().expect("160 bits");
    totp.generate(now.micros() as u64 / 1_000_000).to_string()
}
