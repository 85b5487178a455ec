//! Signing in, and where everybody starts.

use domain::access::Role;
use leptos::prelude::*;

use crate::components::form::{self, Input};
use crate::desk::{Desk, EXECUTIVE_COOKIE, LEAD_COOKIE, Reply, Stop, Who};
use crate::frame;

/// Signing in, for the host's people; guests are told where their way in is.
///
/// # Errors
/// Nobody has set this up yet, or faults.
pub async fn show(desk: Desk) -> Reply {
    if store::staff::is_new(desk.db()).await? {
        return Err(Stop::To("/setup".to_owned()));
    }
    let draft = desk.draft("sign-in").await?;
    let host = desk.app.host.name.clone();
    let team = host.clone();
    frame::letter(&desk, "Sign in", || {
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                {form::errors(&draft)}
                <h1>"Sign in"</h1>
                <form method="post" action="/api/staff/sign-in" class="stack loose">
                    {form::input(&draft, Input { name: "email", label: "E-mail address", kind: "email", autocomplete: "username", ..Input::default() })}
                    {form::input(&draft, Input { name: "password", label: "Password", kind: "password", autocomplete: "current-password", ..Input::default() })}
                    <p class="row"><button class="button primary">"Sign in"</button></p>
                </form>
                <section class="rule stack tight">
                    <h2>"Were you invited?"</h2>
                    <p>"Open the link in your mail. It is yours alone and needs no password. If it no longer works, reply to that mail and ask for a new one."</p>
                </section>
                <p class="small soft">{format!("This form is for the people of {team}. If you forgot your password, ask an admin for a new link.")}</p>
            </main>
        }
    })
}

/// The start: everybody is led to what they most likely came for.
///
/// # Errors
/// Always: it is somewhere else.
pub async fn home(desk: Desk) -> Reply {
    Err(Stop::To(start(&desk).to_owned()))
}

fn start(desk: &Desk) -> &'static str {
    let Who::Staff(staff) = &desk.who else {
        return if desk.cookie(EXECUTIVE_COOKIE).is_some() {
            "/my/week"
        } else if desk.cookie(LEAD_COOKIE).is_some() {
            "/delegation"
        } else {
            "/sign-in"
        };
    };
    let starts = [
        (Role::Admin, "/cohorts"),
        (Role::ProgramManager, "/cohorts"),
        (Role::Facilitator, "/my-sessions"),
        (Role::AccountManager, "/my-customers"),
        (Role::ExecutiveSponsor, "/scorecard"),
        (Role::Marketing, "/celebrate"),
        (Role::IncidentReviewer, "/incidents"),
    ];
    starts.into_iter().find(|(role, _)| staff.is(*role)).map_or("/account", |(_, path)| path)
}
