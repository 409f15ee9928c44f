//! The table: who may use which route, and on what. Everything that it does not allow looks like what is not there.
//!
//! `yes` names the stages where a caller with the right succeeds; `told`, those where they are told why not (their own
//! thing, at the wrong moment). At every other stage, and for everybody else, the answer is that of an absent id: 404 in
//! a session that holds, 401 `locked` behind a locked screen, 401 `signed-out` without one.

use crate::town::Stage::{self, Answered, Asked, Discarded, Draft, Mistaken, Registered, Sent, Withdrawn};
use crate::town::{Session, Thing, Way, Who};

/// Whom a route answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Everybody, signed in or not.
    Anybody,
    /// Whoever has a session, locked or not.
    EvenLocked,
    /// Whoever has a session that is not locked.
    SignedIn,
    /// People of any office, who get their own.
    AnyOffice,
    /// People of any office; who works in one that is closed is told so.
    OpenOffice,
    /// People of any department, who get their own.
    AnyDepartment,
    /// Coordinators of any department, who get their own.
    AnyCoordinator,
    /// Programme managers and administrators.
    Programme,
    /// Administrators.
    Administrators,
    /// Administrators, and whoever keeps the people of the practice.
    Keepers,
    /// Whoever keeps the people of any practice, who gets their own.
    Superusers,
    /// Whoever keeps the people of the practice.
    OwnSuperuser,
    /// People of any office and whoever keeps them, who get their own.
    AnyPractice,
    /// People of the practice itself and whoever keeps them; not those of one that took over from it.
    OwnPractice,
    /// People of the referral's office, and of the practice that took over from it.
    OwnOffice,
    /// The same; who works in the office itself, which is closed, is told that it begins and sends nothing any more.
    OwnOpenOffice,
    /// People of the department that it was sent to.
    OwnDepartment,
    /// Specialists of the department that it was sent to.
    OwnSpecialist,
    /// Coordinators of the department that it was sent to.
    OwnCoordinator,
    /// The one of office A who had opened it.
    ToldOffice,
    /// The specialist who had opened it.
    ToldDepartment,
    /// The phone that was lent to the draft between A and X.
    ThePhone,
}

/// What the address or the body names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    /// Nothing of anybody.
    Nothing,
    /// A referral, its picture, its upload or its case.
    Referral,
    /// A practice of the register.
    Practice,
    /// A department of the register.
    Department,
    /// A person.
    Person,
    /// A person's grant.
    Grant,
}

/// What stands before the request, or goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Nothing.
    Plain,
    /// Every case is held by the caller, with the token that the request brings.
    Held,
    /// Held, and the caller has looked at every picture.
    Looked,
    /// Signed by the caller a moment ago.
    Signed,
    /// What waits for practices has waited for so long that it is on the call list.
    Climbed,
    /// With `X-HTTP-Method-Override`.
    Override(&'static str),
    /// That size, or that tile.
    Rendition(&'static str),
    /// As a draft that the caller takes for new.
    AsNew,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The method.
    pub method: &'static str,
    /// The route, as the router describes it.
    pub path: &'static str,
    /// Whom it answers.
    pub who: For,
    /// What it names.
    pub noun: Noun,
    /// What stands before it.
    pub how: How,
    /// The status of success.
    pub status: u16,
    /// Where it succeeds.
    pub yes: &'static [Stage],
    /// Where those with the right are told why not.
    pub told: &'static [Stage],
    /// Where staff are told that a clinician does it.
    not_for_staff: &'static [Stage],
}

impl Row {
    const fn on(mut self, noun: Noun, yes: &'static [Stage]) -> Self {
        self.noun = noun;
        self.yes = yes;
        self
    }

    const fn told(mut self, told: &'static [Stage]) -> Self {
        self.told = told;
        self
    }

    const fn not_for_staff(mut self, stages: &'static [Stage]) -> Self {
        self.not_for_staff = stages;
        self
    }

    const fn how(mut self, how: How) -> Self {
        self.how = how;
        self
    }

    /// Whether somebody has the right to a thing that stands.
    pub fn may(&self, who: Who, way: Option<Way>) -> bool {
        let live = who.session() == Session::Live;
        match self.who {
            Anybody => true,
            EvenLocked => who.session() != Session::None,
            SignedIn => live,
            AnyOffice | OpenOffice => who.office().is_some(),
            AnyDepartment => who.department().is_some(),
            AnyCoordinator => who.department().is_some() && who.coordinates(),
            Programme => matches!(who, Who::Manager | Who::Administrator | Who::Everything),
            Administrators => matches!(who, Who::Administrator | Who::Everything),
            Superusers => who.keeps().is_some(),
            OwnSuperuser => own_list(who, way),
            Keepers => own_list(who, way) || matches!(who, Who::Administrator | Who::Everything),
            AnyPractice => who.office().is_some() || who.keeps().is_some(),
            OwnPractice => {
                own_list(who, way)
                    || (who != Who::TakesOverA && way.is_some_and(|way| who.office() == Some(way.office)))
            }
            OwnOffice | OwnOpenOffice => way.is_some_and(|way| who.office() == Some(way.office)),
            OwnDepartment => way.is_some_and(|way| who.department() == Some(way.department)),
            OwnSpecialist => way.is_some_and(|way| who.department() == Some(way.department)) && who.is_specialist(),
            OwnCoordinator => way.is_some_and(|way| who.department() == Some(way.department)) && who.coordinates(),
            ToldOffice => way.is_some_and(|way| way.office == 0) && who == Who::StaffA,
            ThePhone => who == Who::Phone && way.is_none_or(|way| way.office == 0 && way.department == 0),
            ToldDepartment => way.is_some_and(|way| who == [Who::SpecialistX, Who::SpecialistY][way.department]),
        }
    }

    /// Whether it begins or sends something, and the caller works in the office that is closed.
    fn closed_to(&self, who: Who, thing: &Thing) -> bool {
        let begins = [Draft, Mistaken].contains(&thing.stage) && self.yes.contains(&thing.stage);
        of_the_closed(who) && (self.who == OpenOffice || (self.who == OwnOpenOffice && begins))
    }

    /// What the table expects of somebody on a thing.
    pub fn expects(&self, who: Who, thing: &Thing) -> Expected {
        if !self.may(who, thing.way) {
            Expected::Refused
        } else if self.closed_to(who, thing) || (who == Who::StaffA && self.not_for_staff.contains(&thing.stage)) {
            Expected::Told
        } else if self.noun == Noun::Nothing || self.yes.contains(&thing.stage) {
            Expected::Success
        } else if self.told.contains(&thing.stage) {
            Expected::Told
        } else {
            Expected::Refused
        }
    }
}

/// Whether somebody works in office A, which has become part of another one.
fn of_the_closed(who: Who) -> bool {
    who.office() == Some(0) && who != Who::TakesOverA
}

/// Whether somebody keeps the people of the practice.
fn own_list(who: Who, way: Option<Way>) -> bool {
    way.is_some_and(|way| who.keeps() == Some(way.office))
}

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The row's status.
    Success,
    /// 4xx with a reason, for whoever may see the thing.
    Told,
    /// As for an absent id.
    Refused,
}

const fn row(method: &'static str, path: &'static str, who: For, status: u16) -> Row {
    Row { method, path, who, noun: Noun::Nothing, how: How::Plain, status, yes: &[], told: &[], not_for_staff: &[] }
}

use For::{
    Administrators, AnyCoordinator, AnyDepartment, AnyOffice, AnyPractice, Anybody, EvenLocked, Keepers, OpenOffice,
    OwnCoordinator, OwnDepartment, OwnOffice, OwnOpenOffice, OwnPractice, OwnSpecialist, OwnSuperuser, Programme,
    SignedIn, Superusers, ThePhone, ToldDepartment, ToldOffice,
};
use Noun::{Department, Grant, Person, Practice, Referral};

/// Sent, and not erased.
const WITH_DEPARTMENT: &[Stage] = &[Sent, Asked, Answered, Withdrawn];
/// Seen by the office.
const AT_OFFICE: &[Stage] = &[Draft, Sent, Asked, Answered, Withdrawn];

/// Sent, and neither withdrawn before an answer nor erased.
const WITH_LETTER: &[Stage] = &[Sent, Asked, Answered];

/// Every route of the description.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    // The directory: open doors, one's own session, and the administrators' register.
    row("GET", "/api/directory/environment", Anybody, 200),
    row("POST", "/api/directory/sign-in", Anybody, 200),
    row("POST", "/api/directory/links/open", Anybody, 200),
    row("POST", "/api/directory/links/sign-in", Anybody, 200),
    row("POST", "/api/directory/links/accept", Anybody, 200),
    row("POST", "/api/directory/lock", EvenLocked, 204),
    row("POST", "/api/directory/unlock", EvenLocked, 200),
    row("POST", "/api/directory/sign-out", EvenLocked, 204),
    row("POST", "/api/directory/sign-out-everywhere", SignedIn, 204),
    row("GET", "/api/directory/me", SignedIn, 200),
    row("PUT", "/api/directory/me/language", SignedIn, 204),
    row("PUT", "/api/directory/me/mail", SignedIn, 204),
    row("PUT", "/api/directory/me/hpr", SignedIn, 204),
    row("POST", "/api/directory/me/notice", SignedIn, 204),
    row("GET", "/api/directory/me/accesses", SignedIn, 200),
    row("GET", "/api/directory/reasons", AnyOffice, 200),
    row("POST", "/api/directory/reasons", AnyOffice, 201),
    row("GET", "/api/directory/practices", Programme, 200),
    row("POST", "/api/directory/practices", Administrators, 201),
    row("PUT", "/api/directory/practices/{id}", Administrators, 204).on(Practice, &[Registered]),
    row("POST", "/api/directory/practices/{id}/register", Administrators, 201).on(Practice, &[Registered]),
    row("POST", "/api/directory/practices/{id}/enablement", Administrators, 201).on(Practice, &[Registered]),
    row("GET", "/api/directory/practices/{id}", Programme, 200).on(Practice, &[Registered]),
    row("POST", "/api/directory/practices/{id}/equipment", Programme, 201).on(Practice, &[Registered]),
    row("POST", "/api/directory/practices/{id}/equipment/{equipmentId}/withdraw", Programme, 204).on(Practice, &[Registered]),
    row("POST", "/api/directory/practices/{id}/trainings", Programme, 201).on(Practice, &[Registered]),
    row("POST", "/api/directory/practices/{id}/contacts", Programme, 201).on(Practice, &[Registered]),
    row("GET", "/api/directory/context", Programme, 200),
    row("POST", "/api/directory/context", Programme, 201),
    row("POST", "/api/directory/context/{id}/correct", Programme, 201).on(Practice, &[Registered]),
    row("POST", "/api/directory/context/{id}/withdraw", Programme, 201).on(Practice, &[Registered]),
    row("GET", "/api/directory/import/template.csv", Programme, 200),
    row("POST", "/api/directory/import/dry-run", Administrators, 200),
    row("POST", "/api/directory/import", Administrators, 200),
    row("GET", "/api/directory/ordinary/template.csv", Programme, 200),
    row("POST", "/api/directory/ordinary/dry-run", Programme, 200),
    row("POST", "/api/directory/ordinary", Programme, 200),
    row("GET", "/api/directory/departments", Administrators, 200),
    row("POST", "/api/directory/departments", Administrators, 201),
    row("PATCH", "/api/directory/departments/{id}", Administrators, 204).on(Department, &[Registered]),
    row("GET", "/api/directory/people", Administrators, 200),
    row("POST", "/api/directory/people", Administrators, 201),
    row("POST", "/api/directory/people/{id}/invitation", Administrators, 201).on(Person, &[Registered]),
    row("POST", "/api/directory/people/{id}/grants", Administrators, 201).on(Person, &[Registered]),
    row("POST", "/api/directory/people/{id}/grants/{grantId}/end", Administrators, 204).on(Grant, &[Registered]),
    row("PUT", "/api/directory/practices/{id}/deputy", Keepers, 204).on(Practice, &[Registered]),
    row("POST", "/api/directory/practices/{id}/closing", Administrators, 204).on(Practice, &[Registered]),
    row("GET", "/api/directory/colleagues", Superusers, 200),
    row("POST", "/api/directory/colleagues", OwnSuperuser, 201).on(Practice, &[Registered]),
    row("POST", "/api/directory/colleagues/{id}/invitation", OwnSuperuser, 201).on(Person, &[]).told(&[Registered]),
    row("POST", "/api/directory/colleagues/roles/{grantId}/end", OwnSuperuser, 204).on(Grant, &[Registered]),

    // The offices.
    row("GET", "/api/intake/departments", AnyOffice, 200),
    row("GET", "/api/intake/body-sites", AnyOffice, 200),
    row("GET", "/api/intake/limits", AnyOffice, 200),
    row("GET", "/api/intake/questionnaires", AnyOffice, 200),
    row("GET", "/api/intake/referrals", AnyOffice, 200),
    row("GET", "/api/intake/referrals/{id}", OwnOffice, 200).on(Referral, AT_OFFICE),
    row("PUT", "/api/intake/referrals/{id}", OwnOffice, 200).on(Referral, &[Draft]).told(WITH_DEPARTMENT),
    row("DELETE", "/api/intake/referrals/{id}", OwnOffice, 204).on(Referral, &[Draft, Discarded]).told(WITH_DEPARTMENT),
    row("POST", "/api/intake/referrals/{id}/restore", OwnOffice, 204).on(Referral, &[Draft, Discarded, Sent, Asked, Answered, Withdrawn]),
    row("POST", "/api/intake/referrals/{id}/submit", OwnOpenOffice, 200).on(Referral, AT_OFFICE).not_for_staff(&[Draft]),
    row("POST", "/api/intake/referrals/{id}/ready", OwnOpenOffice, 204).on(Referral, &[Draft]).told(WITH_DEPARTMENT),
    row("DELETE", "/api/intake/referrals/{id}/ready", OwnOffice, 204).on(Referral, &[Draft]).told(WITH_DEPARTMENT),
    row("POST", "/api/intake/referrals/{id}/transfer", OwnOffice, 204).on(Referral, &[Sent, Asked, Answered]).told(&[Draft, Withdrawn]),
    row("GET", "/api/intake/clinicians", AnyPractice, 200),
    row("GET", "/api/intake/practices", AnyOffice, 200),
    row("POST", "/api/intake/practices/{id}/handover", OwnPractice, 200).on(Practice, &[Registered]),
    row("POST", "/api/intake/referrals/{id}/withdraw", OwnOffice, 204).on(Referral, &[Sent, Asked, Withdrawn]).told(&[Draft, Answered]),
    row("POST", "/api/intake/referrals/{id}/information", OwnOffice, 204).on(Referral, &[Asked]),
    row("POST", "/api/intake/referrals/{id}/acknowledge", OwnOffice, 204).on(Referral, &[Answered]).told(&[Draft, Sent, Asked, Withdrawn]),
    row("GET", "/api/intake/referrals/{id}/letter.pdf", OwnOffice, 200).on(Referral, WITH_LETTER),
    row("GET", "/api/intake/referrals/{id}/letter.txt", OwnOffice, 200).on(Referral, WITH_LETTER),
    row("PATCH", "/api/intake/images/{id}", OwnOffice, 204).on(Referral, &[Draft]).told(WITH_DEPARTMENT),
    row("DELETE", "/api/intake/images/{id}", OwnOffice, 204).on(Referral, &[Draft]).told(WITH_DEPARTMENT),
    row("POST", "/api/intake/images/{id}/restore", OwnOffice, 204).on(Referral, &[Draft]).told(WITH_DEPARTMENT),
    row("GET", "/api/intake/images/{id}/{rendition}", OwnOffice, 200).on(Referral, AT_OFFICE).how(How::Rendition("160")),
    row("GET", "/api/intake/images/{id}/{rendition}", OwnOffice, 200).on(Referral, AT_OFFICE).how(How::Rendition("512")),
    row("GET", "/api/intake/images/{id}/{rendition}", OwnOffice, 200).on(Referral, AT_OFFICE).how(How::Rendition("2048")),
    row("GET", "/api/intake/images/{id}/{rendition}", OwnOffice, 200).on(Referral, AT_OFFICE).how(How::Rendition("original")),
    row("GET", "/api/intake/images/{id}/{rendition}", OwnOffice, 200).on(Referral, &[]).how(How::Rendition("sealed")),
    row("OPTIONS", "/api/intake/uploads", Anybody, 204),
    row("POST", "/api/intake/uploads", OwnOffice, 201).on(Referral, &[Draft, Asked]).told(&[Sent, Answered, Withdrawn]),
    row("OPTIONS", "/api/intake/uploads/{id}", Anybody, 204),
    row("HEAD", "/api/intake/uploads/{id}", OwnOffice, 200).on(Referral, AT_OFFICE),
    row("PATCH", "/api/intake/uploads/{id}", OwnOffice, 204).on(Referral, &[Draft, Asked]).told(&[Sent, Answered, Withdrawn]),
    row("DELETE", "/api/intake/uploads/{id}", OwnOffice, 204).on(Referral, AT_OFFICE),
    row("POST", "/api/intake/uploads/{id}", OwnOffice, 200).on(Referral, AT_OFFICE).how(How::Override("HEAD")),
    row("POST", "/api/intake/uploads/{id}", OwnOffice, 204).on(Referral, &[Draft, Asked]).told(&[Sent, Answered, Withdrawn]).how(How::Override("PATCH")),
    row("POST", "/api/intake/uploads/{id}", OwnOffice, 204).on(Referral, AT_OFFICE).how(How::Override("DELETE")),

    row("POST", "/api/intake/training", OpenOffice, 201),
    row("POST", "/api/intake/referrals/{id}/phone", OwnOffice, 201).on(Referral, &[Draft]).told(WITH_DEPARTMENT),
    row("GET", "/api/intake/referrals/{id}/phone", OwnOffice, 200).on(Referral, AT_OFFICE),
    row("DELETE", "/api/intake/referrals/{id}/phone", OwnOffice, 204).on(Referral, AT_OFFICE),
    row("POST", "/api/intake/referrals/{id}/close-out", OwnOffice, 204).on(Referral, &[]).told(AT_OFFICE),
    row("POST", "/api/intake/referrals/{id}/filed", OwnOffice, 204).on(Referral, &[Answered]),
    row("POST", "/api/intake/referrals/{id}/entered-in-error", OwnOffice, 200).on(Referral, &[Sent, Asked, Answered, Withdrawn, Mistaken]).told(&[Draft]),
    row("POST", "/api/intake/images/{id}/entered-in-error", OwnOffice, 200).on(Referral, WITH_DEPARTMENT).told(&[Draft]),
    row("GET", "/api/intake/errors", AnyOffice, 200),
    row("POST", "/api/intake/errors/{id}/replacement", OwnOpenOffice, 200).on(Referral, &[Mistaken]),
    row("GET", "/api/intake/notices", AnyOffice, 200),
    row("POST", "/api/intake/notices/{id}/read", ToldOffice, 204).on(Referral, &[Mistaken]),

    // A phone that was lent to a draft: that draft's pictures, and nothing else.
    row("POST", "/api/intake/phone/open", Anybody, 204),
    row("GET", "/api/intake/phone", ThePhone, 200),
    row("POST", "/api/intake/phone/close", ThePhone, 204),
    row("GET", "/api/intake/phone/images/{id}/{rendition}", ThePhone, 200).on(Referral, &[Draft]).how(How::Rendition("160")),
    row("GET", "/api/intake/phone/images/{id}/{rendition}", ThePhone, 200).on(Referral, &[Draft]).how(How::Rendition("512")),
    row("GET", "/api/intake/phone/images/{id}/{rendition}", ThePhone, 200).on(Referral, &[]).how(How::Rendition("original")),
    row("DELETE", "/api/intake/phone/images/{id}", ThePhone, 204).on(Referral, &[Draft]),
    row("POST", "/api/intake/phone/uploads", ThePhone, 201).on(Referral, &[Draft]),
    row("HEAD", "/api/intake/phone/uploads/{id}", ThePhone, 200).on(Referral, &[Draft]),
    row("PATCH", "/api/intake/phone/uploads/{id}", ThePhone, 204).on(Referral, &[Draft]),
    row("DELETE", "/api/intake/phone/uploads/{id}", ThePhone, 204).on(Referral, &[Draft]),

    // The departments.
    row("GET", "/api/review/worklist", AnyDepartment, 200),
    row("GET", "/api/review/questionnaires", AnyDepartment, 200),
    row("GET", "/api/review/cases/{id}", OwnDepartment, 200).on(Referral, WITH_DEPARTMENT),
    row("POST", "/api/review/cases/{id}/claim", OwnDepartment, 200).on(Referral, &[Sent, Asked]).told(&[Answered, Withdrawn]),
    row("POST", "/api/review/cases/{id}/take-over", OwnCoordinator, 200).on(Referral, &[Sent, Asked]).told(&[Answered, Withdrawn]),
    row("POST", "/api/review/cases/{id}/renew", OwnDepartment, 200).on(Referral, &[Sent, Asked]).told(&[Answered, Withdrawn]).how(How::Held),
    row("POST", "/api/review/cases/{id}/release", OwnDepartment, 204).on(Referral, &[Sent, Asked]).told(&[Answered, Withdrawn]).how(How::Held),
    row("POST", "/api/review/cases/{id}/shown", OwnDepartment, 204).on(Referral, &[Sent, Asked]).told(&[Answered, Withdrawn]).how(How::Held),
    row("PUT", "/api/review/cases/{id}/answer-draft", OwnDepartment, 200).on(Referral, &[Sent, Asked]).told(&[Answered, Withdrawn]).how(How::Held),
    row("POST", "/api/review/cases/{id}/answer", OwnDepartment, 200).on(Referral, &[Sent, Asked]).told(&[Answered, Withdrawn]).how(How::Looked),
    row("POST", "/api/review/cases/{id}/answer/undo", OwnDepartment, 204).on(Referral, &[Sent]).told(&[Asked, Answered, Withdrawn]).how(How::Signed),
    row("POST", "/api/review/cases/{id}/information-request", OwnDepartment, 204).on(Referral, &[Sent]).told(&[Asked, Answered, Withdrawn]).how(How::Held),
    row("GET", "/api/review/call-list", AnyDepartment, 200),
    row("POST", "/api/review/cases/{id}/phoned", OwnDepartment, 204).on(Referral, &[Asked, Answered]).told(&[Sent, Withdrawn]).how(How::Climbed),
    row("GET", "/api/review/cases/{id}/letter.pdf", OwnDepartment, 200).on(Referral, WITH_LETTER),
    row("GET", "/api/review/cases/{id}/letter.txt", OwnDepartment, 200).on(Referral, WITH_LETTER),
    row("GET", "/api/review/images/{id}/{rendition}", OwnDepartment, 200).on(Referral, WITH_DEPARTMENT).how(How::Rendition("160")),
    row("GET", "/api/review/images/{id}/{rendition}", OwnDepartment, 200).on(Referral, WITH_DEPARTMENT).how(How::Rendition("512")),
    row("GET", "/api/review/images/{id}/{rendition}", OwnDepartment, 200).on(Referral, WITH_DEPARTMENT).how(How::Rendition("2048")),
    row("GET", "/api/review/images/{id}/{rendition}", OwnSpecialist, 200).on(Referral, WITH_DEPARTMENT).how(How::Rendition("original")),
    row("GET", "/api/review/images/{id}/{rendition}", OwnDepartment, 200).on(Referral, &[]).how(How::Rendition("sealed")),
    row("GET", "/api/review/images/{id}/tiles/{tile}", OwnDepartment, 200).on(Referral, WITH_DEPARTMENT).how(How::Rendition("0-0")),
    row("GET", "/api/review/images/{id}/tiles/{tile}", OwnDepartment, 200).on(Referral, &[]).how(How::Rendition("0-1")),

    row("POST", "/api/review/cases/{id}/amend", OwnDepartment, 200).on(Referral, &[Answered]).told(&[Sent, Asked, Withdrawn]),
    row("POST", "/api/review/cases/{id}/decline", OwnDepartment, 204).on(Referral, &[Sent, Asked]).told(&[Answered, Withdrawn]).how(How::Held),
    row("POST", "/api/review/cases/{id}/forward", OwnDepartment, 204).on(Referral, &[Sent, Asked]).told(&[Answered, Withdrawn]).how(How::Held),
    row("POST", "/api/review/cases/{id}/free", OwnCoordinator, 204).on(Referral, WITH_DEPARTMENT).how(How::Held),
    row("PUT", "/api/review/cases/{id}/assignment", OwnCoordinator, 204).on(Referral, &[Sent, Asked]).told(&[Answered, Withdrawn]),
    row("GET", "/api/review/departments", AnyDepartment, 200),
    row("GET", "/api/review/ended", AnyDepartment, 200),
    row("GET", "/api/review/board", AnyCoordinator, 200),
    row("GET", "/api/review/absences", AnyDepartment, 200),
    row("PUT", "/api/review/absences/{id}", AnyDepartment, 204),
    // One that is not there, or is somebody else's, is left alone: both look the same.
    row("DELETE", "/api/review/absences/{id}", AnyDepartment, 204),
    row("POST", "/api/review/cases/{id}/filed", OwnDepartment, 204).on(Referral, &[Answered]),
    row("POST", "/api/review/cases/{id}/entered-in-error", OwnDepartment, 204).on(Referral, WITH_DEPARTMENT),
    row("POST", "/api/review/images/{id}/entered-in-error", OwnDepartment, 204).on(Referral, WITH_DEPARTMENT),
    row("GET", "/api/review/notices", AnyDepartment, 200),
    row("POST", "/api/review/notices/{id}/read", ToldDepartment, 204).on(Referral, &[Mistaken]),

    // The programme.
    row("GET", "/api/uptake/practices", Programme, 200),
    row("GET", "/api/uptake/practices.csv", Programme, 200),
    row("GET", "/api/uptake/practices/{id}", Programme, 200).on(Practice, &[Registered]),
    row("GET", "/api/uptake/study", Programme, 200),
    row("GET", "/api/uptake/study/indicators/{indicator}", Programme, 200),
    row("GET", "/api/uptake/study/charts/{chart}", Programme, 200),
    row("POST", "/api/uptake/study/sample", Programme, 200),
    row("POST", "/api/uptake/study/bundle", Programme, 200),
    row("POST", "/api/uptake/study/exports", Programme, 200),
    row("GET", "/api/uptake/own", AnyOffice, 200),
    row("GET", "/api/uptake/me", SignedIn, 200),
];

/// A draft's id that stands for somebody else's draft, sent as new: nobody else may take it over, though the same request
/// with an id that is free makes a draft. Ids are made by clients at random, so this tells only who knows the id already.
pub const TAKEN: Row =
    row("PUT", "/api/intake/referrals/{id}", OwnOffice, 200).on(Referral, &[]).told(AT_OFFICE).how(How::AsNew);
