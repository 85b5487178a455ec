//! Every route on one page. It is built from the access table: each door has its handler here, or this does not compile.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use app::api::{advocacy, agenda, cohort, conduct, outbox, registration, staff};
use app::desk::{App, Caller, Desk, Reply, Stop, Tray, wants_page};
use app::pages::{admin, customer, executive, marketing, program};
use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use domain::access::Door;
use leptos::prelude::provide_context;
use leptos::server_fn::ServerFn;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::web::{assets, calendars, guard, images, process, report, statement};

/// The most a form may hold, in octets.
const FORM_LIMIT: usize = 1024 * 1024;
/// The most an upload may hold, in octets: a file of 10 MiB, which the page itself refuses in words, and its form.
const UPLOAD_LIMIT: usize = 11 * 1024 * 1024;
/// The longest an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The whole site.
pub fn router(app: Arc<App>) -> Router {
    let mut router = Router::new();
    for door in Door::ALL {
        router = router.route(door.path(), open(*door));
    }
    let panics = {
        let app = Arc::clone(&app);
        CatchPanicLayer::custom(move |panic: Box<dyn std::any::Any + Send>| guard::panicked(&app, panic.as_ref()))
    };
    router
        .fallback(nowhere)
        .layer(CompressionLayer::new().quality(tower_http::CompressionLevel::Fastest))
        .layer(from_fn_with_state(Arc::clone(&app), guard::too_large))
        .layer(from_fn(guard::finish))
        .layer(panics)
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .layer(from_fn_with_state(Arc::clone(&app), guard::own_origin))
        .layer(from_fn_with_state(Arc::clone(&app), guard::headers))
        .layer(from_fn(guard::log))
        .with_state(app)
}

/// What is behind each door.
fn open(door: Door) -> MethodRouter<Arc<App>> {
    match door {
        Door::Healthz => page(door, process::healthz),
        Door::Readyz => page(door, process::readyz),
        Door::Robots => page(door, assets::robots),
        Door::Asset => with_headers(door, assets::asset),

        Door::Home => page(door, admin::sign_in::home),
        Door::SetupPage => page(door, admin::setup::show),
        Door::Setup => act::<staff::Setup>(door),
        Door::SignInPage => page(door, admin::sign_in::show),
        Door::SignIn => act::<staff::SignIn>(door),
        Door::SignOut => act::<staff::SignOut>(door),
        Door::SignOutEverywhere => act::<staff::SignOutEverywhere>(door),
        Door::AccountPage => page(door, admin::account::show),
        Door::ChangePassword => act::<staff::ChangePassword>(door),
        Door::WelcomePage => page(door, admin::account::welcome),
        Door::SetPassword => act::<staff::SetPassword>(door),

        Door::StaffPage => page(door, admin::staff::show),
        Door::AddStaff => act::<staff::AddStaff>(door),
        Door::ChangeStaff => act::<staff::ChangeStaff>(door),
        Door::InviteStaffAgain => act::<staff::InviteStaffAgain>(door),

        Door::CompaniesPage => page(door, admin::companies::list),
        Door::CompanyPage => page(door, admin::companies::show),
        Door::SaveCompany => act::<cohort::company::SaveCompany>(door),
        Door::CompetitorPair => act::<cohort::company::CompetitorPair>(door),
        Door::CompanyImportPage => page(door, admin::company_import::choose),
        Door::CompanyUpload => upload(door, admin::company_import::upload),
        Door::CompanyImportPlan => page(door, admin::company_import::plan),
        Door::CompanyImportMap => act::<cohort::company_import::CompanyImportMap>(door),
        Door::CompanyImportApply => act::<cohort::company_import::CompanyImportApply>(door),

        Door::ProgramsPage => page(door, admin::programs::list),
        Door::NewProgramPage => page(door, admin::programs::new),
        Door::ProgramPage => page(door, admin::programs::show),
        Door::CreateProgram => act::<cohort::program::CreateProgram>(door),
        Door::EditProgram => act::<cohort::program::EditProgram>(door),
        Door::CohortsPage => page(door, program::cohort::list),
        Door::NewCohortPage => page(door, program::cohort::new),
        Door::CreateCohort => act::<cohort::cohort_itself::CreateCohort>(door),
        Door::CohortPage => page(door, program::cohort::show),
        Door::CohortSettingsPage => page(door, program::cohort::settings),
        Door::EditCohort => act::<cohort::cohort_itself::EditCohort>(door),
        Door::StepCohort => act::<cohort::cohort_itself::StepCohort>(door),
        Door::AllotPage => page(door, program::companies::invite),
        Door::Allot => act::<cohort::allotment::Allot>(door),
        Door::AllotmentPage => page(door, program::companies::show),
        Door::EditAllotment => act::<cohort::allotment::EditAllotment>(door),
        Door::SendDelegationLink => act::<cohort::allotment::SendDelegationLink>(door),
        Door::NominateForCompany => act::<cohort::allotment::NominateForCompany>(door),
        Door::PeoplePage => page(door, program::people::show),
        Door::NeedsPage => page(door, program::people::needs),
        Door::Remind => act::<registration::reminder::Remind>(door),
        Door::Revoke => act::<registration::reminder::Revoke>(door),

        Door::AgendaPage => page(door, program::agenda::show),
        Door::NewSessionPage => page(door, program::agenda::new_session),
        Door::CreateSession => act::<agenda::session::CreateSession>(door),
        Door::SessionPage => page(door, program::agenda::session),
        Door::EditSession => act::<agenda::session::EditSession>(door),
        Door::CancelSession => act::<agenda::session::CancelSession>(door),
        Door::SetRoom => act::<agenda::session::SetRoom>(door),
        Door::AgendaImportPage => page(door, program::agenda_import::choose),
        Door::AgendaUpload => upload(door, program::agenda_import::upload),
        Door::AgendaImportPlan => page(door, program::agenda_import::plan),
        Door::AgendaImportMap => act::<agenda::agenda_import::AgendaImportMap>(door),
        Door::AgendaImportApply => act::<agenda::agenda_import::AgendaImportApply>(door),
        Door::ReleasePage => page(door, program::release::show),
        Door::Release => act::<agenda::release::Release>(door),

        Door::RulesPage => page(door, admin::rules::list),
        Door::PublishRule => act::<conduct::conversation_rule::PublishRule>(door),
        Door::RulePage => page(door, admin::rules::show),
        Door::RuleWritePage => page(door, admin::rules::write),
        Door::RulePreviewPage => page(door, admin::rules::preview),
        Door::SaveRuleDraft => act::<conduct::conversation_rule::SaveRuleDraft>(door),
        Door::AcknowledgeRule => act::<conduct::acknowledgement::AcknowledgeRule>(door),
        Door::MyRulePage => page(door, executive::rule::show),
        Door::AcknowledgeAgain => act::<conduct::acknowledgement::AcknowledgeAgain>(door),
        Door::CohortRulePage => page(door, program::rule::show),
        Door::RemindAcknowledgement => act::<conduct::acknowledgement::RemindAcknowledgement>(door),
        Door::SaveEducator => act::<conduct::educator::SaveEducator>(door),
        Door::RecordAcknowledgement => act::<conduct::acknowledgement::RecordAcknowledgement>(door),
        Door::EducatorLink => page(door, customer::educator::by_link),
        Door::EducatorAcknowledge => act::<conduct::acknowledgement::EducatorAcknowledge>(door),

        Door::ObserversPage => page(door, program::observers::show),
        Door::AttachObserver => act::<conduct::observer::AttachObserver>(door),
        Door::DetachObserver => act::<conduct::observer::DetachObserver>(door),
        Door::PersonsPage => page(door, admin::people::list),
        Door::PersonPage => page(door, admin::people::show),
        Door::OverrideQuiet => act::<conduct::quiet_period::OverrideQuiet>(door),
        Door::SubmitAsk => act::<advocacy::ask::SubmitAsk>(door),

        Door::OpeningsPage => page(door, executive::openings::show),
        Door::OpenTopic => act::<conduct::sales_opening::OpenTopic>(door),
        Door::CloseTopic => act::<conduct::sales_opening::CloseTopic>(door),
        Door::StaffOpeningsPage => page(door, admin::openings::show),
        Door::AddFollowUp => act::<conduct::sales_opening::AddFollowUp>(door),

        Door::MyConcernPage => page(door, executive::concern::show),
        Door::MyConcern => act::<conduct::incident::MyConcern>(door),
        Door::StaffConcernPage => page(door, admin::incidents::report),
        Door::StaffConcern => act::<conduct::incident::StaffConcern>(door),
        Door::ConcernLink => page(door, customer::concern::by_link),
        Door::ConcernReply => act::<conduct::incident::ConcernReply>(door),
        Door::IncidentsPage => page(door, admin::incidents::list),
        Door::IncidentPage => page(door, admin::incidents::show),
        Door::StepIncident => act::<conduct::incident::StepIncident>(door),
        Door::NameReported => act::<conduct::incident::NameReported>(door),
        Door::AnswerReporter => act::<conduct::incident::AnswerReporter>(door),

        Door::TermsPage => page(door, admin::agenda_check::show),
        Door::SaveTerms => act::<conduct::agenda_check::SaveTerms>(door),
        Door::DismissFinding => act::<conduct::agenda_check::DismissFinding>(door),

        Door::MyTermsPage => page(door, executive::terms::show),
        Door::GiveConsent => act::<advocacy::consent::GiveConsent>(door),
        Door::WithdrawConsent => act::<advocacy::consent::WithdrawConsent>(door),
        Door::SignatoryLink => page(door, customer::signatory::by_link),
        Door::SignatoryGive => act::<advocacy::consent::SignatoryGive>(door),
        Door::SignatoryWithdraw => act::<advocacy::consent::SignatoryWithdraw>(door),
        Door::SaveSignatory => act::<advocacy::signatory::SaveSignatory>(door),
        Door::EndSignatory => act::<advocacy::signatory::EndSignatory>(door),
        Door::PublicationsPage => page(door, marketing::publications::list),
        Door::PublicationPage => page(door, marketing::publications::show),
        Door::PlanPublication => act::<advocacy::publication::PlanPublication>(door),
        Door::PublishPublication => act::<advocacy::publication::PublishPublication>(door),
        Door::CancelPublication => act::<advocacy::publication::CancelPublication>(door),
        Door::OpenTakeDown => act::<advocacy::publication::OpenTakeDown>(door),
        Door::CloseTakeDown => act::<advocacy::publication::CloseTakeDown>(door),

        Door::AdvocatesPage => page(door, marketing::advocates::list),
        Door::AdvocatePage => page(door, marketing::advocates::show),
        Door::SaveAdvocate => act::<advocacy::advocate::SaveAdvocate>(door),
        Door::OpenProblem => act::<advocacy::problem::OpenProblem>(door),
        Door::CloseProblem => act::<advocacy::problem::CloseProblem>(door),
        Door::MergePage => page(door, marketing::advocates::merge),
        Door::MergePersons => act::<advocacy::advocate::MergePersons>(door),
        Door::AdvocateImportPage => page(door, marketing::advocate_import::choose),
        Door::AdvocateUpload => upload(door, marketing::advocate_import::upload),
        Door::AdvocateImportPlan => page(door, marketing::advocate_import::plan),
        Door::AdvocateImportApply => act::<advocacy::advocate_import::AdvocateImportApply>(door),
        Door::AchievementsPage => page(door, marketing::achievements::list),
        Door::NewAchievementPage => page(door, marketing::achievements::new),
        Door::AchievementPage => page(door, marketing::achievements::show),
        Door::ReportAchievement => act::<advocacy::achievement::ReportAchievement>(door),
        Door::EditAchievement => act::<advocacy::achievement::EditAchievement>(door),
        Door::VerifyAchievement => act::<advocacy::achievement::VerifyAchievement>(door),
        Door::RejectAchievement => act::<advocacy::achievement::RejectAchievement>(door),
        Door::AchievementImportPage => page(door, marketing::achievement_import::choose),
        Door::AchievementUpload => upload(door, marketing::achievement_import::upload),
        Door::AchievementImportPlan => page(door, marketing::achievement_import::plan),
        Door::AchievementImportApply => act::<advocacy::achievement_import::AchievementImportApply>(door),
        Door::FeedsPage => page(door, marketing::feeds::show),
        Door::AddWatchedFeed => act::<advocacy::watched_feed::AddWatchedFeed>(door),
        Door::StepWatchedFeed => act::<advocacy::watched_feed::StepWatchedFeed>(door),
        Door::WatchName => act::<advocacy::watched_feed::WatchName>(door),
        Door::UnwatchName => act::<advocacy::watched_feed::UnwatchName>(door),
        Door::TakeFeedItem => act::<advocacy::watched_feed::TakeFeedItem>(door),
        Door::DismissFeedItem => act::<advocacy::watched_feed::DismissFeedItem>(door),
        Door::CelebratePage => page(door, marketing::celebrate::board),
        Door::CelebrateListPage => page(door, marketing::celebrate::list),
        Door::CelebrateMonthPage => page(door, marketing::celebrate::month),
        Door::TaskPage => page(door, marketing::task::show),
        Door::WordingPage => page(door, marketing::wording::write),
        Door::ShareKitPage => page(door, marketing::share_kit::show),
        Door::TaskImage => page(door, images::of_task),
        Door::SaveWording => act::<advocacy::amplification::SaveWording>(door),
        Door::EndWording => act::<advocacy::amplification::EndWording>(door),
        Door::ImageUpload => upload(door, marketing::task::add_image),
        Door::SaveTaskPlan => act::<advocacy::amplification::SaveTaskPlan>(door),
        Door::StepTask => act::<advocacy::amplification::StepTask>(door),
        Door::RecordPublication => act::<advocacy::amplification::RecordPublication>(door),
        Door::SaveResult => act::<advocacy::result::SaveResult>(door),
        Door::ResultImportPage => page(door, marketing::result_import::choose),
        Door::ResultUpload => upload(door, marketing::result_import::upload),
        Door::ResultImportPlan => page(door, marketing::result_import::plan),
        Door::ResultImportApply => act::<advocacy::result::ResultImportApply>(door),
        Door::NewDueFeed => act::<advocacy::due_feed::NewDueFeed>(door),
        Door::DueFeed => with_headers(door, calendars::due_feed),
        Door::ApprovalLink => page(door, customer::approval::by_link),
        Door::ApprovalImage => page(door, images::of_approval),
        Door::AnswerApproval => act::<advocacy::amplification::AnswerApproval>(door),
        Door::WebhooksPage => page(door, marketing::webhooks::show),
        Door::SaveWebhook => act::<advocacy::webhook::SaveWebhook>(door),
        Door::RetryDelivery => act::<advocacy::webhook::RetryDelivery>(door),
        Door::AdvocacySettingsPage => page(door, marketing::settings::show),
        Door::SaveAdvocacySettings => act::<advocacy::setting::SaveAdvocacySettings>(door),
        Door::AsksPage => page(door, marketing::asks::list),
        Door::NewAskPage => page(door, marketing::asks::new),
        Door::MatchPage => page(door, marketing::matching::show),
        Door::AskPage => page(door, marketing::asks::show),
        Door::SaveAskDraft => act::<advocacy::ask::SaveAskDraft>(door),
        Door::StepAsk => act::<advocacy::ask::StepAsk>(door),
        Door::RecordGive => act::<advocacy::ledger::RecordGive>(door),
        Door::RecordAct => act::<advocacy::ledger::RecordAct>(door),
        Door::CorrectEntry => act::<advocacy::ledger::CorrectEntry>(door),
        Door::ReciprocityPage => page(door, marketing::figures::reciprocity),
        Door::CompanyLedgerPage => page(door, marketing::ledger::company),
        Door::FairnessPage => page(door, marketing::figures::fairness),
        Door::ReachPage => page(door, marketing::figures::reach),
        Door::IntroductionsPage => page(door, marketing::introductions::list),
        Door::OfferIntroduction => act::<advocacy::introduction::OfferIntroduction>(door),
        Door::CancelIntroduction => act::<advocacy::introduction::CancelIntroduction>(door),
        Door::MyStatementPage => page(door, executive::statement::show),
        Door::MyStatementJson => page(door, statement::my_json),
        Door::MyStatementPdf => page(door, statement::my_pdf),
        Door::AnswerAsk => act::<advocacy::ask::AnswerAsk>(door),
        Door::SetLimits => act::<advocacy::own_limit::SetLimits>(door),
        Door::AnswerIntroduction => act::<advocacy::introduction::AnswerIntroduction>(door),
        Door::SendProofCode => act::<advocacy::forgetting::SendProofCode>(door),
        Door::AskToBeForgotten => act::<advocacy::forgetting::AskToBeForgotten>(door),
        Door::StatementLink => page(door, customer::statement::by_link),
        Door::StatementLinkJson => page(door, statement::link_json),
        Door::StatementLinkPdf => page(door, statement::link_pdf),
        Door::LinkAnswerAsk => act::<advocacy::ask::LinkAnswerAsk>(door),
        Door::LinkSetLimits => act::<advocacy::own_limit::LinkSetLimits>(door),
        Door::LinkAnswerIntroduction => act::<advocacy::introduction::LinkAnswerIntroduction>(door),
        Door::LinkWithdrawConsent => act::<advocacy::consent::LinkWithdrawConsent>(door),
        Door::LinkSendProofCode => act::<advocacy::forgetting::LinkSendProofCode>(door),
        Door::LinkAskToBeForgotten => act::<advocacy::forgetting::LinkAskToBeForgotten>(door),
        Door::SendOwnPageLink => act::<advocacy::own_page::SendOwnPageLink>(door),
        Door::ForgetWishesPage => page(door, admin::forgetting::list),
        Door::ForgetPerson => act::<advocacy::forgetting::ForgetPerson>(door),

        Door::ReportPage => page(door, program::report::show),
        Door::ReportFile => page(door, report::pdf),

        Door::MySessionsPage => page(door, admin::own_views::my_sessions),
        Door::MyCustomersPage => page(door, admin::own_views::my_customers),
        Door::ScorecardPage => page(door, admin::own_views::scorecard),

        Door::OutboxPage => page(door, admin::outbox::list),
        Door::OutboxMail => page(door, admin::outbox::show),
        Door::RetryMail => act::<outbox::RetryMail>(door),
        Door::DiscardMail => act::<outbox::DiscardMail>(door),

        Door::DelegationLink => page(door, customer::delegation::by_link),
        Door::OpenDelegation => act::<cohort::delegation::OpenDelegation>(door),
        Door::DelegationPage => page(door, customer::delegation::show),
        Door::NameExecutives => act::<cohort::delegation::NameExecutives>(door),
        Door::GiveBackSeats => act::<cohort::delegation::GiveBackSeats>(door),

        Door::InvitationLink => page(door, executive::invitation::by_link),
        Door::OpenInvitation => act::<registration::invitation::OpenInvitation>(door),
        Door::InvitationPage => page(door, executive::invitation::show),
        Door::AcceptPage => page(door, executive::invitation::accept),
        Door::Accept => act::<registration::invitation::Accept>(door),
        Door::DeclinePage => page(door, executive::invitation::decline),
        Door::Decline => act::<registration::invitation::Decline>(door),
        Door::ColleaguePage => page(door, executive::invitation::colleague),
        Door::SendColleague => act::<registration::invitation::SendColleague>(door),
        Door::WithdrawPage => page(door, executive::invitation::withdraw),
        Door::Withdraw => act::<registration::invitation::Withdraw>(door),
        Door::WeekPage => page(door, executive::week::show),
        Door::TakeSeat => act::<agenda::seat::TakeSeat>(door),
        Door::GiveUpSeat => act::<agenda::seat::GiveUpSeat>(door),
        Door::SwapSeat => act::<agenda::seat::SwapSeat>(door),
        Door::SeatStates => act::<agenda::seat::SeatStates>(door),
        Door::JoinWaitlist => act::<agenda::seat::JoinWaitlist>(door),
        Door::LeaveWaitlist => act::<agenda::seat::LeaveWaitlist>(door),
        Door::MySessionPage => page(door, executive::week::session),
        Door::DetailsPage => page(door, executive::details::show),
        Door::SaveDetails => act::<registration::invitation::SaveDetails>(door),
        Door::FellowsPage => page(door, executive::people::show),
        Door::CalendarPage => page(door, executive::calendar::show),
        Door::NewFeed => act::<agenda::feed::NewFeed>(door),
        Door::MyAgendaFile => page(door, calendars::my_agenda),
        Door::MySessionFile => page(door, calendars::my_session),

        Door::Feed => with_headers(door, calendars::feed),
        Door::FeedAgendaFile => page(door, calendars::feed_agenda),
        Door::FeedSessionFile => page(door, calendars::feed_session),
    }
}

/// A page or a file: the desk, then the page.
fn page<F, A>(door: Door, show: F) -> MethodRouter<Arc<App>>
where
    F: Fn(Desk) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Reply> + Send + 'static,
{
    with_headers(door, move |desk, _| show(desk))
}

/// As [`page`], for those that read the request's headers.
fn with_headers<F, A>(door: Door, show: F) -> MethodRouter<Arc<App>>
where
    F: Fn(Desk, HeaderMap) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Reply> + Send + 'static,
{
    get(move |State(app): State<Arc<App>>, params: Result<RawPathParams, RawPathParamsRejection>, request: Request| async move {
        // A path that is no text is no page.
        let Ok(params) = params else { return Stop::Hidden.response(&app, true) };
        let (parts, _) = request.into_parts();
        let reply = match Desk::enter(Arc::clone(&app), door, &parts, named(&params)).await {
            Ok(desk) => show(desk, parts.headers.clone()).await,
            Err(stop) => Err(stop),
        };
        reply.unwrap_or_else(|stop| stop.response(&app, true))
    })
}

/// An act: a server function, and the answer its caller wants.
fn act<S>(door: Door) -> MethodRouter<Arc<App>>
where
    S: ServerFn + 'static,
{
    debug_assert_eq!(S::PATH, door.path(), "{door:?}");
    let handler = |State(app): State<Arc<App>>, request: Request| async move {
        let caller = Caller::of(request.headers());
        let tray = Tray::default();
        let context = {
            let (app, tray) = (Arc::clone(&app), tray.clone());
            move || {
                provide_context(Arc::clone(&app));
                provide_context(tray.clone());
            }
        };
        let mut response = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
        response.headers_mut().remove(header::LOCATION);
        tray.answer(&app, caller, response)
    };
    post(handler).layer(RequestBodyLimitLayer::new(FORM_LIMIT))
}

/// An uploaded file: a plain route, since it may be larger than a form.
fn upload<F, A>(door: Door, take: F) -> MethodRouter<Arc<App>>
where
    F: Fn(Desk, Multipart) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Reply> + Send + 'static,
{
    let handler = move |State(app): State<Arc<App>>, request: Request| async move {
        let (parts, body) = request.into_parts();
        let desk = match Desk::enter(Arc::clone(&app), door, &parts, BTreeMap::new()).await {
            Ok(desk) => desk,
            Err(stop) => return stop.response(&app, wants_page(&parts.headers)),
        };
        match Multipart::from_request(Request::from_parts(parts, body), &()).await {
            Ok(multipart) => take(desk, multipart).await.unwrap_or_else(|stop| stop.response(&app, true)),
            Err(rejection) => rejection.into_response(),
        }
    };
    post(handler).layer::<_, Infallible>(DefaultBodyLimit::disable()).layer(RequestBodyLimitLayer::new(UPLOAD_LIMIT))
}

fn named(params: &RawPathParams) -> BTreeMap<String, String> {
    params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// No such page.
async fn nowhere(State(app): State<Arc<App>>, headers: HeaderMap) -> Response<Body> {
    let mut response = Stop::Hidden.response(&app, wants_page(&headers) || !headers.contains_key(header::ACCEPT));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Opening each door checks, in this build, that its server function's path is the table's.
    #[test]
    fn every_door_opens() {
        for door in Door::ALL {
            let _ = open(*door);
        }
    }
}
