//! Who may come through which door: the one table of every page, act and feed.
//!
//! A *door* is a route. Its row names the principals it lets in and, for each, whether any object will do or only
//! their own (a program manager's own program, an account manager's own company, an executive's own invitation).
//! The router is built from [`Door::ALL`], so a door without a row cannot be opened and a row without a door does
//! not compile; the access tests replay every row as every principal.

crate::text_enum! {
    /// What a member of the host's staff may be. One person may be several.
    pub enum Role {
        Admin = "admin",
        ProgramManager = "program manager",
        Facilitator = "facilitator",
        Marketing = "marketing",
        AccountManager = "account manager",
        ExecutiveSponsor = "executive sponsor",
        IncidentReviewer = "incident reviewer",
    }
}

crate::text_enum! {
    /// Where an executive's invitation stands, as far as doors are concerned.
    pub enum Standing {
        Invited = "invited",
        Accepted = "accepted",
        /// Withdrawn, declined, expired, revoked or given to a colleague.
        Over = "over",
    }
}

/// Who is asking, from current rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    Anonymous,
    Staff { id: i64, roles: Vec<Role> },
    Executive { invitation: i64, standing: Standing },
    DelegationLead { allotment: i64 },
}

impl Principal {
    /// The staff id, for those who have one.
    #[must_use]
    pub const fn staff(&self) -> Option<i64> {
        match self {
            Self::Staff { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// Whether this is staff with the role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        matches!(self, Self::Staff { roles, .. } if roles.contains(&role))
    }
}

/// Whose cookie a door reads. One browser may be signed in as staff and hold an invitation at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    Everyone,
    Staff,
    Executives,
    DelegationLeads,
}

/// One entry of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// Any staff, whatever the role, for any object.
    AnyStaff,
    /// This role, for any object.
    Any(Role),
    /// This role, for objects of its own.
    Own(Role),
    /// The executive whose invitation it is, standing so.
    Executive(Standing),
    /// The delegation lead whose allotment it is.
    DelegationLead,
    /// Nobody has to be anybody: the page is public, or a secret in the URL or form is the key.
    Anyone,
}

/// The people an object belongs to, loaded by the caller from current rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Belongs {
    /// The staff who own its program.
    pub program_owner: Option<i64>,
    /// Host facilitators of the session (or of any session of the cohort).
    pub facilitators: Vec<i64>,
    /// Account managers of the company.
    pub account_managers: Vec<i64>,
    /// The staff account of the program's executive sponsor.
    pub sponsor: Option<i64>,
    /// Of a reported incident: the staff kept from it, because it is about them, about somebody they lead, or theirs.
    pub reviewed_apart_from: Option<Vec<i64>>,
}

impl Belongs {
    fn to(&self, role: Role, staff: i64) -> bool {
        match role {
            Role::ProgramManager => self.program_owner == Some(staff),
            Role::Facilitator => self.facilitators.contains(&staff),
            Role::AccountManager => self.account_managers.contains(&staff),
            Role::ExecutiveSponsor => self.sponsor == Some(staff),
            Role::IncidentReviewer => self.reviewed_apart_from.as_ref().is_some_and(|kept| !kept.contains(&staff)),
            Role::Admin | Role::Marketing => false,
        }
    }
}

/// What the table answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    Enter,
    /// Nobody is signed in; signing in, or the link in the mail, may help.
    SignIn,
    /// Signed in, and this is not theirs to do. Nothing private is given away by saying so.
    Forbidden,
    /// To this principal it does not exist.
    Hidden,
}

/// Asks the table. `belongs` is `None` for doors that lead to no single object: an `Own` grant then enters, and what
/// is listed behind the door is narrowed to what is theirs.
#[must_use]
pub fn ruling(door: Door, who: &Principal, belongs: Option<&Belongs>) -> Ruling {
    let enters = door.grants().iter().any(|grant| match (grant, who) {
        (Grant::Anyone, _) | (Grant::AnyStaff, Principal::Staff { .. }) | (Grant::DelegationLead, Principal::DelegationLead { .. }) => true,
        (Grant::Any(role), Principal::Staff { roles, .. }) => roles.contains(role),
        (Grant::Own(role), Principal::Staff { id, roles }) => roles.contains(role) && belongs.is_none_or(|belongs| belongs.to(*role, *id)),
        (Grant::Executive(needed), Principal::Executive { standing, .. }) => needed == standing,
        _ => false,
    });
    match who {
        _ if enters => Ruling::Enter,
        Principal::Anonymous => Ruling::SignIn,
        _ if belongs.is_some() => Ruling::Hidden,
        _ => Ruling::Forbidden,
    }
}

macro_rules! doors {
    ($($(#[$note:meta])* $door:ident $method:ident $path:literal $audience:ident [$($grant:expr),* $(,)?];)+) => {
        /// Every route of the program.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Door { $($(#[$note])* $door),+ }

        impl Door {
            /// Every door, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$door),+];

            /// `GET` or `POST`. GET changes nothing, ever.
            #[must_use]
            pub const fn method(self) -> &'static str {
                match self { $(Self::$door => stringify!($method)),+ }
            }

            /// The path, with axum's `{name}` placeholders.
            #[must_use]
            pub const fn path(self) -> &'static str {
                match self { $(Self::$door => $path),+ }
            }

            /// Whose cookie is read.
            #[must_use]
            pub const fn audience(self) -> Audience {
                match self { $(Self::$door => Audience::$audience),+ }
            }

            /// Who may come in.
            #[must_use]
            pub const fn grants(self) -> &'static [Grant] {
                match self { $(Self::$door => &[$($grant),*]),+ }
            }

            /// The door's name, as in this table.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$door => stringify!($door)),+ }
            }
        }
    };
}

use Grant::{Any, AnyStaff, Anyone, DelegationLead, Executive, Own};
use Role::{AccountManager, Admin, ExecutiveSponsor, Facilitator, IncidentReviewer, Marketing, ProgramManager};
use Standing::{Accepted, Invited, Over};

doors! {
    // The process.
    Healthz              GET  "/healthz"                               Everyone        [Anyone];
    Readyz               GET  "/readyz"                                Everyone        [Anyone];
    Robots               GET  "/robots.txt"                            Everyone        [Anyone];
    Asset                GET  "/assets/{*file}"                        Everyone        [Anyone];

    // Coming in.
    Home                 GET  "/"                                      Staff           [Anyone];
    SetupPage            GET  "/setup"                                 Everyone        [Anyone];
    Setup                POST "/api/staff/setup"                       Everyone        [Anyone];
    SignInPage           GET  "/sign-in"                               Everyone        [Anyone];
    SignIn               POST "/api/staff/sign-in"                     Everyone        [Anyone];
    SignOut              POST "/api/staff/sign-out"                    Staff           [AnyStaff];
    SignOutEverywhere    POST "/api/staff/sign-out-everywhere"         Staff           [AnyStaff];
    AccountPage          GET  "/account"                               Staff           [AnyStaff];
    ChangePassword       POST "/api/staff/change-password"             Staff           [AnyStaff];
    WelcomePage          GET  "/welcome/{token}"                       Everyone        [Anyone];
    SetPassword          POST "/api/staff/set-password"                Everyone        [Anyone];

    // The host's people.
    StaffPage            GET  "/staff"                                 Staff           [Any(Admin)];
    AddStaff             POST "/api/staff/add"                         Staff           [Any(Admin)];
    ChangeStaff          POST "/api/staff/change"                      Staff           [Any(Admin)];
    InviteStaffAgain     POST "/api/staff/invite-again"                Staff           [Any(Admin)];

    // Companies.
    CompaniesPage        GET  "/companies"                             Staff           [Any(Admin), Any(ProgramManager), Any(Marketing), Own(AccountManager)];
    CompanyPage          GET  "/companies/{company}"                   Staff           [Any(Admin), Any(ProgramManager), Any(Marketing), Own(AccountManager)];
    SaveCompany          POST "/api/cohort/company/save"               Staff           [Any(Admin), Any(ProgramManager)];
    CompetitorPair       POST "/api/cohort/company/competitor"         Staff           [Any(Admin), Any(ProgramManager)];
    CompanyImportPage    GET  "/companies/import"                      Staff           [Any(Admin), Any(ProgramManager)];
    CompanyUpload        POST "/api/cohort/company-import/upload"      Staff           [Any(Admin), Any(ProgramManager)];
    CompanyImportPlan    GET  "/companies/import/{import}"             Staff           [Any(Admin), Own(ProgramManager)];
    CompanyImportMap     POST "/api/cohort/company-import/map"         Staff           [Any(Admin), Own(ProgramManager)];
    CompanyImportApply   POST "/api/cohort/company-import/apply"       Staff           [Any(Admin), Own(ProgramManager)];

    // Programs and cohorts.
    ProgramsPage         GET  "/programs"                              Staff           [Any(Admin), Own(ProgramManager)];
    NewProgramPage       GET  "/programs/new"                          Staff           [Any(Admin), Any(ProgramManager)];
    ProgramPage          GET  "/programs/{program}"                    Staff           [Any(Admin), Own(ProgramManager)];
    CreateProgram        POST "/api/cohort/program/create"             Staff           [Any(Admin), Any(ProgramManager)];
    EditProgram          POST "/api/cohort/program/edit"               Staff           [Any(Admin), Own(ProgramManager)];
    CohortsPage          GET  "/cohorts"                               Staff           [Any(Admin), Own(ProgramManager)];
    NewCohortPage        GET  "/programs/{program}/new-cohort"         Staff           [Any(Admin), Own(ProgramManager)];
    CreateCohort         POST "/api/cohort/cohort/create"              Staff           [Any(Admin), Own(ProgramManager)];
    CohortPage           GET  "/cohorts/{cohort}"                      Staff           [Any(Admin), Own(ProgramManager)];
    CohortSettingsPage   GET  "/cohorts/{cohort}/settings"             Staff           [Any(Admin), Own(ProgramManager)];
    EditCohort           POST "/api/cohort/cohort/edit"                Staff           [Any(Admin), Own(ProgramManager)];
    StepCohort           POST "/api/cohort/cohort/step"                Staff           [Any(Admin), Own(ProgramManager)];
    AllotPage            GET  "/cohorts/{cohort}/invite"               Staff           [Any(Admin), Own(ProgramManager)];
    Allot                POST "/api/cohort/allotment/allot"            Staff           [Any(Admin), Own(ProgramManager)];
    AllotmentPage        GET  "/cohorts/{cohort}/companies/{allotment}" Staff          [Any(Admin), Own(ProgramManager)];
    EditAllotment        POST "/api/cohort/allotment/edit"             Staff           [Any(Admin), Own(ProgramManager)];
    SendDelegationLink   POST "/api/cohort/allotment/send-link"        Staff           [Any(Admin), Own(ProgramManager)];
    NominateForCompany   POST "/api/cohort/allotment/nominate"         Staff           [Any(Admin), Own(ProgramManager)];
    PeoplePage           GET  "/cohorts/{cohort}/people"               Staff           [Any(Admin), Own(ProgramManager)];
    NeedsPage            GET  "/cohorts/{cohort}/needs"                Staff           [Any(Admin), Own(ProgramManager)];
    Remind               POST "/api/registration/invitation/remind"    Staff           [Any(Admin), Own(ProgramManager)];
    Revoke               POST "/api/registration/invitation/revoke"    Staff           [Any(Admin), Own(ProgramManager)];

    // The agenda, as staff work on it.
    AgendaPage           GET  "/cohorts/{cohort}/agenda"               Staff           [Any(Admin), Own(ProgramManager)];
    NewSessionPage       GET  "/cohorts/{cohort}/agenda/new"           Staff           [Any(Admin), Own(ProgramManager)];
    CreateSession        POST "/api/agenda/session/create"             Staff           [Any(Admin), Own(ProgramManager)];
    SessionPage          GET  "/cohorts/{cohort}/agenda/{session}"     Staff           [Any(Admin), Own(ProgramManager), Own(Facilitator)];
    EditSession          POST "/api/agenda/session/edit"               Staff           [Any(Admin), Own(ProgramManager)];
    CancelSession        POST "/api/agenda/session/cancel"             Staff           [Any(Admin), Own(ProgramManager)];
    SetRoom              POST "/api/agenda/room/set"                   Staff           [Any(Admin), Own(ProgramManager)];
    AgendaImportPage     GET  "/cohorts/{cohort}/agenda-import"        Staff           [Any(Admin), Own(ProgramManager)];
    AgendaUpload         POST "/api/agenda/agenda-import/upload"       Staff           [Any(Admin), Own(ProgramManager)];
    AgendaImportPlan     GET  "/cohorts/{cohort}/agenda-import/{import}" Staff         [Any(Admin), Own(ProgramManager)];
    AgendaImportMap      POST "/api/agenda/agenda-import/map"          Staff           [Any(Admin), Own(ProgramManager)];
    AgendaImportApply    POST "/api/agenda/agenda-import/apply"        Staff           [Any(Admin), Own(ProgramManager)];
    ReleasePage          GET  "/cohorts/{cohort}/release"              Staff           [Any(Admin), Own(ProgramManager)];
    Release              POST "/api/agenda/release/publish"            Staff           [Any(Admin), Own(ProgramManager)];

    // The conversation rule.
    RulesPage            GET  "/rules"                                 Staff           [AnyStaff];
    PublishRule          POST "/api/conduct/conversation-rule/publish" Staff           [Any(Admin), Any(ProgramManager)];
    RulePage             GET  "/rules/{number}"                        Everyone        [Anyone];
    RuleWritePage        GET  "/rules/write"                                Staff           [Any(Admin), Any(ProgramManager)];
    RulePreviewPage      GET  "/rules/preview"                              Staff           [Any(Admin), Any(ProgramManager)];
    SaveRuleDraft        POST "/api/conduct/conversation-rule/draft"        Staff           [Any(Admin), Any(ProgramManager)];
    AcknowledgeRule      POST "/api/conduct/acknowledgement/acknowledge"    Staff           [AnyStaff];
    MyRulePage           GET  "/my/rule"                                    Executives      [Executive(Accepted)];
    AcknowledgeAgain     POST "/api/conduct/acknowledgement/again"          Executives      [Executive(Accepted)];
    CohortRulePage       GET  "/cohorts/{cohort}/rule"                      Staff           [Any(Admin), Own(ProgramManager)];
    RemindAcknowledgement POST "/api/conduct/acknowledgement/remind"         Staff           [Any(Admin), Own(ProgramManager)];
    SaveEducator         POST "/api/conduct/educator/save"                  Staff           [Any(Admin), Own(ProgramManager)];
    RecordAcknowledgement POST "/api/conduct/acknowledgement/record"         Staff           [Any(Admin), Own(ProgramManager)];
    EducatorLink         GET  "/e/{token}"                                  Everyone        [Anyone];
    EducatorAcknowledge  POST "/api/conduct/acknowledgement/educator"       Everyone        [Anyone];

    // Sales kept apart, and the quiet period.
    ObserversPage        GET  "/cohorts/{cohort}/observers"                 Staff           [Any(Admin), Own(ProgramManager)];
    AttachObserver       POST "/api/conduct/observer/attach"                Staff           [Any(Admin), Own(ProgramManager)];
    DetachObserver       POST "/api/conduct/observer/detach"                Staff           [Any(Admin), Own(ProgramManager)];
    PersonsPage          GET  "/people"                                     Staff           [Any(Admin), Own(ProgramManager), Any(Marketing)];
    PersonPage           GET  "/people/{person}"                            Staff           [Any(Admin), Own(ProgramManager), Any(Marketing)];
    OverrideQuiet        POST "/api/conduct/quiet-period/override"          Staff           [Own(ProgramManager)];
    SubmitAsk            POST "/api/advocacy/ask/submit"                    Staff           [Own(ProgramManager), Any(Marketing)];

    // Sales openings: only a customer opens one.
    OpeningsPage         GET  "/my/openings"                                Executives      [Executive(Accepted), Executive(Over)];
    OpenTopic            POST "/api/conduct/sales-opening/open"             Executives      [Executive(Accepted)];
    CloseTopic           POST "/api/conduct/sales-opening/close"            Executives      [Executive(Accepted), Executive(Over)];
    StaffOpeningsPage    GET  "/openings"                                   Staff           [AnyStaff];
    AddFollowUp          POST "/api/conduct/sales-opening/follow-up"        Staff           [AnyStaff];

    // Concerns.
    MyConcernPage        GET  "/my/concern"                                 Executives      [Executive(Invited), Executive(Accepted), Executive(Over)];
    MyConcern            POST "/api/conduct/incident/report-as-guest"       Executives      [Executive(Invited), Executive(Accepted), Executive(Over)];
    StaffConcernPage     GET  "/concern"                                    Staff           [AnyStaff];
    StaffConcern         POST "/api/conduct/incident/report"                Staff           [AnyStaff];
    ConcernLink          GET  "/c/{token}"                                  Everyone        [Anyone];
    ConcernReply         POST "/api/conduct/incident/reply"                 Everyone        [Anyone];
    IncidentsPage        GET  "/incidents"                                  Staff           [Any(IncidentReviewer)];
    IncidentPage         GET  "/incidents/{incident}"                       Staff           [Own(IncidentReviewer)];
    StepIncident         POST "/api/conduct/incident/step"                  Staff           [Own(IncidentReviewer)];
    NameReported         POST "/api/conduct/incident/name-reported"         Staff           [Own(IncidentReviewer)];
    AnswerReporter       POST "/api/conduct/incident/answer"                Staff           [Own(IncidentReviewer)];

    // The agenda check.
    TermsPage            GET  "/agenda-check"                               Staff           [Any(Admin), Any(ProgramManager)];
    SaveTerms            POST "/api/conduct/agenda-check/terms"             Staff           [Any(Admin), Any(ProgramManager)];
    DismissFinding       POST "/api/conduct/agenda-check/dismiss"           Staff           [Any(Admin), Own(ProgramManager)];

    // Consent, and what is published with it.
    MyTermsPage          GET  "/my/terms"                                   Executives      [Executive(Accepted), Executive(Over)];
    GiveConsent          POST "/api/advocacy/consent/give"                  Executives      [Executive(Accepted), Executive(Over)];
    WithdrawConsent      POST "/api/advocacy/consent/withdraw"              Executives      [Executive(Accepted), Executive(Over)];
    SignatoryLink        GET  "/s/{token}"                                  Everyone        [Anyone];
    SignatoryGive        POST "/api/advocacy/consent/company-give"          Everyone        [Anyone];
    SignatoryWithdraw    POST "/api/advocacy/consent/company-withdraw"      Everyone        [Anyone];
    SaveSignatory        POST "/api/advocacy/signatory/save"                Staff           [Any(Admin), Any(ProgramManager), Any(Marketing)];
    EndSignatory         POST "/api/advocacy/signatory/end"                 Staff           [Any(Admin), Any(ProgramManager), Any(Marketing)];
    PublicationsPage     GET  "/publications"                               Staff           [Any(Admin), Any(Marketing)];
    PublicationPage      GET  "/publications/{publication}"                 Staff           [Any(Admin), Any(Marketing)];
    PlanPublication      POST "/api/advocacy/publication/plan"              Staff           [Any(Admin), Any(Marketing)];
    PublishPublication   POST "/api/advocacy/publication/publish"           Staff           [Any(Admin), Any(Marketing)];
    CancelPublication    POST "/api/advocacy/publication/cancel"            Staff           [Any(Admin), Any(Marketing)];
    OpenTakeDown         POST "/api/advocacy/publication/open-take-down"    Staff           [Any(Admin), Any(Marketing)];
    CloseTakeDown        POST "/api/advocacy/publication/close-take-down"   Staff           [Any(Admin), Any(Marketing)];

    // Advocates.
    AdvocatesPage        GET  "/advocates"                                  Staff           [Any(Admin), Any(Marketing)];
    AdvocatePage         GET  "/advocates/{person}"                         Staff           [Any(Admin), Any(Marketing)];
    SaveAdvocate         POST "/api/advocacy/advocate/save"                 Staff           [Any(Admin), Any(Marketing)];
    OpenProblem          POST "/api/advocacy/problem/open"                  Staff           [Any(Admin), Any(Marketing)];
    CloseProblem         POST "/api/advocacy/problem/close"                 Staff           [Any(Admin), Any(Marketing)];
    MergePage            GET  "/advocates/{person}/merge"                   Staff           [Any(Admin), Any(Marketing)];
    MergePersons         POST "/api/advocacy/advocate/merge"                Staff           [Any(Admin), Any(Marketing)];
    AdvocateImportPage   GET  "/advocates/import"                           Staff           [Any(Admin), Any(Marketing)];
    AdvocateUpload       POST "/api/advocacy/advocate-import/upload"        Staff           [Any(Admin), Any(Marketing)];
    AdvocateImportPlan   GET  "/advocates/import/{import}"                  Staff           [Any(Admin), Any(Marketing)];
    AdvocateImportApply  POST "/api/advocacy/advocate-import/apply"         Staff           [Any(Admin), Any(Marketing)];

    // Achievements, and the feeds they are found in.
    AchievementsPage     GET  "/achievements"                               Staff           [Any(Admin), Any(Marketing)];
    NewAchievementPage   GET  "/achievements/new"                           Staff           [Any(Admin), Any(ProgramManager), Any(Marketing)];
    AchievementPage      GET  "/achievements/{achievement}"                 Staff           [Any(Admin), Any(Marketing)];
    ReportAchievement    POST "/api/advocacy/achievement/report"            Staff           [Any(Admin), Any(ProgramManager), Any(Marketing)];
    EditAchievement      POST "/api/advocacy/achievement/edit"              Staff           [Any(Admin), Any(Marketing)];
    VerifyAchievement    POST "/api/advocacy/achievement/verify"            Staff           [Any(Admin), Any(Marketing)];
    RejectAchievement    POST "/api/advocacy/achievement/reject"            Staff           [Any(Admin), Any(Marketing)];
    AchievementImportPage GET "/achievements/import"                        Staff           [Any(Admin), Any(Marketing)];
    AchievementUpload    POST "/api/advocacy/achievement-import/upload"     Staff           [Any(Admin), Any(Marketing)];
    AchievementImportPlan GET "/achievements/import/{import}"               Staff           [Any(Admin), Any(Marketing)];
    AchievementImportApply POST "/api/advocacy/achievement-import/apply"    Staff           [Any(Admin), Any(Marketing)];
    FeedsPage            GET  "/feeds"                                      Staff           [Any(Admin), Any(Marketing)];
    AddWatchedFeed       POST "/api/advocacy/watched-feed/add"              Staff           [Any(Admin), Any(Marketing)];
    StepWatchedFeed      POST "/api/advocacy/watched-feed/step"             Staff           [Any(Admin), Any(Marketing)];
    WatchName            POST "/api/advocacy/watched-feed/watch-name"       Staff           [Any(Admin), Any(Marketing)];
    UnwatchName          POST "/api/advocacy/watched-feed/unwatch-name"     Staff           [Any(Admin), Any(Marketing)];
    TakeFeedItem         POST "/api/advocacy/watched-feed/take"             Staff           [Any(Admin), Any(Marketing)];
    DismissFeedItem      POST "/api/advocacy/watched-feed/dismiss"          Staff           [Any(Admin), Any(Marketing)];

    // Amplification: celebrating them.
    CelebratePage        GET  "/celebrate"                                  Staff           [Any(Admin), Any(Marketing)];
    CelebrateListPage    GET  "/celebrate/list"                             Staff           [Any(Admin), Any(Marketing)];
    CelebrateMonthPage   GET  "/celebrate/month"                            Staff           [Any(Admin), Any(Marketing)];
    TaskPage             GET  "/celebrate/{task}"                           Staff           [Any(Admin), Any(Marketing)];
    WordingPage          GET  "/celebrate/{task}/wording"                   Staff           [Any(Admin), Any(Marketing)];
    ShareKitPage         GET  "/celebrate/{task}/share"                     Staff           [Any(Admin), Any(Marketing)];
    TaskImage            GET  "/celebrate/{task}/images/{image}"            Staff           [Any(Admin), Any(Marketing)];
    SaveWording          POST "/api/advocacy/amplification/wording"         Staff           [Any(Admin), Any(Marketing)];
    EndWording           POST "/api/advocacy/amplification/end-wording"     Staff           [Any(Admin), Any(Marketing)];
    ImageUpload          POST "/api/advocacy/amplification/image"           Staff           [Any(Admin), Any(Marketing)];
    SaveTaskPlan         POST "/api/advocacy/amplification/plan"            Staff           [Any(Admin), Any(Marketing)];
    StepTask             POST "/api/advocacy/amplification/step"            Staff           [Any(Admin), Any(Marketing)];
    RecordPublication    POST "/api/advocacy/amplification/publish"         Staff           [Any(Admin), Any(Marketing)];
    SaveResult           POST "/api/advocacy/result/save"                   Staff           [Any(Admin), Any(Marketing)];
    ResultImportPage     GET  "/celebrate/results"                          Staff           [Any(Admin), Any(Marketing)];
    ResultUpload         POST "/api/advocacy/result-import/upload"          Staff           [Any(Admin), Any(Marketing)];
    ResultImportPlan     GET  "/celebrate/results/{import}"                 Staff           [Any(Admin), Any(Marketing)];
    ResultImportApply    POST "/api/advocacy/result-import/apply"           Staff           [Any(Admin), Any(Marketing)];
    NewDueFeed           POST "/api/advocacy/due-feed/new"                  Staff           [Any(Admin), Any(Marketing)];
    DueFeed              GET  "/due/{token}"                                Everyone        [Anyone];
    ApprovalLink         GET  "/approve/{token}"                            Everyone        [Anyone];
    ApprovalImage        GET  "/approve/{token}/images/{image}"             Everyone        [Anyone];
    AnswerApproval       POST "/api/advocacy/amplification/answer"          Everyone        [Anyone];
    WebhooksPage         GET  "/webhooks"                                   Staff           [Any(Admin)];
    SaveWebhook          POST "/api/advocacy/webhook/save"                  Staff           [Any(Admin)];
    RetryDelivery        POST "/api/advocacy/webhook/retry"                 Staff           [Any(Admin), Any(Marketing)];
    AdvocacySettingsPage GET  "/celebrate/settings"                         Staff           [Any(Admin), Any(Marketing)];
    SaveAdvocacySettings POST "/api/advocacy/setting/save"                  Staff           [Any(Admin), Any(Marketing)];

    // Asks.
    AsksPage             GET  "/asks"                                       Staff           [Any(Admin), Own(ProgramManager), Any(Marketing)];
    NewAskPage           GET  "/asks/new"                                   Staff           [Own(ProgramManager), Any(Marketing)];
    MatchPage            GET  "/asks/match"                                 Staff           [Any(Admin), Own(ProgramManager), Any(Marketing)];
    AskPage              GET  "/asks/{ask}"                                 Staff           [Any(Admin), Own(ProgramManager), Any(Marketing)];
    SaveAskDraft         POST "/api/advocacy/ask/draft"                     Staff           [Own(ProgramManager), Any(Marketing)];
    StepAsk              POST "/api/advocacy/ask/step"                      Staff           [Own(ProgramManager), Any(Marketing)];

    // The ledger of gives and acts, and introductions.
    RecordGive           POST "/api/advocacy/ledger/give"                   Staff           [Any(Admin), Any(Marketing)];
    RecordAct            POST "/api/advocacy/ledger/act"                    Staff           [Any(Admin), Any(Marketing)];
    CorrectEntry         POST "/api/advocacy/ledger/correct"                Staff           [Any(Admin), Any(Marketing)];
    ReciprocityPage      GET  "/reciprocity"                                Staff           [Any(Admin), Any(Marketing)];
    CompanyLedgerPage    GET  "/reciprocity/{company}"                      Staff           [Any(Admin), Any(Marketing)];
    FairnessPage         GET  "/fairness"                                   Staff           [Any(Admin), Any(Marketing)];
    ReachPage            GET  "/reach"                                      Staff           [Any(Admin), Any(Marketing)];
    IntroductionsPage    GET  "/introductions"                              Staff           [Any(Admin), Any(Marketing)];
    OfferIntroduction    POST "/api/advocacy/introduction/offer"            Staff           [Any(Admin), Any(Marketing)];
    CancelIntroduction   POST "/api/advocacy/introduction/cancel"           Staff           [Any(Admin), Any(Marketing)];

    // A customer's own page: signed in from a cohort, or by the private link in a mail.
    MyStatementPage      GET  "/my/statement"                               Executives      [Executive(Accepted), Executive(Over)];
    MyStatementJson      GET  "/my/statement.json"                          Executives      [Executive(Accepted), Executive(Over)];
    MyStatementPdf       GET  "/my/statement.pdf"                           Executives      [Executive(Accepted), Executive(Over)];
    AnswerAsk            POST "/api/advocacy/ask/answer"                    Executives      [Executive(Accepted), Executive(Over)];
    SetLimits            POST "/api/advocacy/own-limit/set"                 Executives      [Executive(Accepted), Executive(Over)];
    AnswerIntroduction   POST "/api/advocacy/introduction/answer"           Executives      [Executive(Accepted), Executive(Over)];
    SendProofCode        POST "/api/advocacy/forgetting/code"               Executives      [Executive(Accepted), Executive(Over)];
    AskToBeForgotten     POST "/api/advocacy/forgetting/ask"                Executives      [Executive(Accepted), Executive(Over)];
    StatementLink        GET  "/me/{token}"                                 Everyone        [Anyone];
    StatementLinkJson    GET  "/me/{token}/statement.json"                  Everyone        [Anyone];
    StatementLinkPdf     GET  "/me/{token}/statement.pdf"                   Everyone        [Anyone];
    LinkAnswerAsk        POST "/api/advocacy/ask/answer-by-link"            Everyone        [Anyone];
    LinkSetLimits        POST "/api/advocacy/own-limit/set-by-link"         Everyone        [Anyone];
    LinkAnswerIntroduction POST "/api/advocacy/introduction/answer-by-link" Everyone        [Anyone];
    LinkWithdrawConsent  POST "/api/advocacy/consent/withdraw-by-link"      Everyone        [Anyone];
    LinkSendProofCode    POST "/api/advocacy/forgetting/code-by-link"       Everyone        [Anyone];
    LinkAskToBeForgotten POST "/api/advocacy/forgetting/ask-by-link"        Everyone        [Anyone];
    SendOwnPageLink      POST "/api/advocacy/own-page/send-link"            Staff           [Any(Admin), Any(Marketing)];
    ForgetWishesPage     GET  "/forget-wishes"                              Staff           [Any(Admin)];
    ForgetPerson         POST "/api/advocacy/forgetting/forget"             Staff           [Any(Admin)];

    // The report for the customer.
    ReportPage           GET  "/cohorts/{cohort}/report"                    Staff           [Any(Admin), Own(ProgramManager)];
    ReportFile           GET  "/cohorts/{cohort}/report.pdf"                Staff           [Any(Admin), Own(ProgramManager)];

    // Each role's own view.
    MySessionsPage       GET  "/my-sessions"                           Staff           [Own(Facilitator)];
    MyCustomersPage      GET  "/my-customers"                          Staff           [Own(AccountManager)];
    ScorecardPage        GET  "/scorecard"                             Staff           [Any(Admin), Own(ProgramManager), Own(ExecutiveSponsor)];

    // Mail.
    OutboxPage           GET  "/outbox"                                Staff           [Any(Admin), Own(ProgramManager)];
    OutboxMail           GET  "/outbox/{mail}"                         Staff           [Any(Admin), Own(ProgramManager)];
    RetryMail            POST "/api/outbox/retry"                      Staff           [Any(Admin), Own(ProgramManager)];
    DiscardMail          POST "/api/outbox/discard"                    Staff           [Any(Admin), Own(ProgramManager)];

    // Delegation leads.
    DelegationLink       GET  "/d/{token}"                             Everyone        [Anyone];
    OpenDelegation       POST "/api/cohort/allotment/open"             Everyone        [Anyone];
    DelegationPage       GET  "/delegation"                            DelegationLeads [DelegationLead];
    NameExecutives       POST "/api/cohort/allotment/name"             DelegationLeads [DelegationLead];
    GiveBackSeats        POST "/api/cohort/allotment/give-back"        DelegationLeads [DelegationLead];

    // Executives.
    InvitationLink       GET  "/i/{token}"                             Everyone        [Anyone];
    OpenInvitation       POST "/api/registration/invitation/open"      Everyone        [Anyone];
    InvitationPage       GET  "/invitation"                            Executives      [Executive(Invited), Executive(Accepted), Executive(Over)];
    AcceptPage           GET  "/invitation/accept"                     Executives      [Executive(Invited), Executive(Accepted)];
    Accept               POST "/api/registration/invitation/accept"    Executives      [Executive(Invited), Executive(Accepted)];
    DeclinePage          GET  "/invitation/decline"                    Executives      [Executive(Invited), Executive(Over)];
    Decline              POST "/api/registration/invitation/decline"   Executives      [Executive(Invited), Executive(Over)];
    ColleaguePage        GET  "/invitation/colleague"                  Executives      [Executive(Invited), Executive(Accepted), Executive(Over)];
    SendColleague        POST "/api/registration/invitation/colleague" Executives      [Executive(Invited), Executive(Accepted), Executive(Over)];
    WithdrawPage         GET  "/my/withdraw"                           Executives      [Executive(Accepted)];
    Withdraw             POST "/api/registration/invitation/withdraw"  Executives      [Executive(Accepted), Executive(Over)];
    WeekPage             GET  "/my/week"                               Executives      [Executive(Accepted)];
    TakeSeat             POST "/api/agenda/seat/take"                  Executives      [Executive(Accepted)];
    GiveUpSeat           POST "/api/agenda/seat/give-up"               Executives      [Executive(Accepted)];
    SwapSeat             POST "/api/agenda/seat/swap"                  Executives      [Executive(Accepted)];
    SeatStates           POST "/api/agenda/seat/states"                Executives      [Executive(Accepted)];
    JoinWaitlist         POST "/api/agenda/waitlist/join"              Executives      [Executive(Accepted)];
    LeaveWaitlist        POST "/api/agenda/waitlist/leave"             Executives      [Executive(Accepted)];
    MySessionPage        GET  "/my/week/{session}"                     Executives      [Executive(Accepted)];
    DetailsPage          GET  "/my/details"                            Executives      [Executive(Accepted)];
    SaveDetails          POST "/api/registration/invitation/details"   Executives      [Executive(Accepted)];
    FellowsPage          GET  "/my/people"                             Executives      [Executive(Accepted)];
    CalendarPage         GET  "/my/calendar"                           Executives      [Executive(Accepted)];
    NewFeed              POST "/api/agenda/feed/renew"                 Executives      [Executive(Accepted)];
    MyAgendaFile         GET  "/my/agenda.ics"                         Executives      [Executive(Accepted)];
    MySessionFile        GET  "/my/sessions/{session}"                 Executives      [Executive(Accepted)];

    // Calendars by private link: the token is the key.
    Feed                 GET  "/cal/{token}"                           Everyone        [Anyone];
    FeedAgendaFile       GET  "/cal/{token}/agenda.ics"                Everyone        [Anyone];
    FeedSessionFile      GET  "/cal/{token}/{session}"                 Everyone        [Anyone];
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn staff(roles: &[Role]) -> Principal {
        Principal::Staff { id: 7, roles: roles.to_vec() }
    }

    #[test]
    fn own_and_other() {
        let own = Belongs { program_owner: Some(7), ..Belongs::default() };
        let other = Belongs { program_owner: Some(8), ..Belongs::default() };
        for (who, belongs, expect) in [
            (staff(&[ProgramManager]), Some(&own), Ruling::Enter),
            (staff(&[ProgramManager]), Some(&other), Ruling::Hidden),
            (staff(&[Admin]), Some(&other), Ruling::Enter),
            (staff(&[Marketing, ProgramManager]), Some(&own), Ruling::Enter),
            (staff(&[Marketing]), Some(&own), Ruling::Hidden),
            (staff(&[]), Some(&own), Ruling::Hidden),
            (Principal::Anonymous, Some(&own), Ruling::SignIn),
            (Principal::Executive { invitation: 1, standing: Accepted }, Some(&own), Ruling::Hidden),
        ] {
            assert_eq!(ruling(Door::CohortPage, &who, belongs), expect, "{who:?}");
        }
        assert_eq!(ruling(Door::StaffPage, &staff(&[ProgramManager]), None), Ruling::Forbidden);
        assert_eq!(ruling(Door::CohortsPage, &staff(&[ProgramManager]), None), Ruling::Enter);
    }

    #[test]
    fn an_executives_standing_decides() {
        for (standing, expect) in [(Invited, Ruling::Forbidden), (Accepted, Ruling::Enter), (Over, Ruling::Forbidden)] {
            assert_eq!(ruling(Door::WeekPage, &Principal::Executive { invitation: 1, standing }, None), expect);
        }
    }

    #[test]
    fn the_table_is_sound() {
        let routes: BTreeSet<_> = Door::ALL.iter().map(|door| (door.method(), door.path())).collect();
        assert_eq!(routes.len(), Door::ALL.len(), "two doors share a route");
        for door in Door::ALL {
            assert!(!door.grants().is_empty(), "{door:?} lets nobody in");
            assert_eq!(door.method() == "POST", door.path().starts_with("/api/"), "{door:?}: acts, and only acts, are under /api/");
            for grant in door.grants() {
                let fits = match grant {
                    Anyone => true,
                    AnyStaff | Any(_) | Own(_) => door.audience() == Audience::Staff,
                    Executive(_) => door.audience() == Audience::Executives,
                    DelegationLead => door.audience() == Audience::DelegationLeads,
                };
                assert!(fits, "{door:?} grants {grant:?} but reads another cookie");
            }
        }
    }
}
