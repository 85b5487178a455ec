//! My own account: who I am here, my password, my sign-ins.

use axum::http::StatusCode;
use leptos::prelude::*;

use super::staff::{role_label, role_means};
use crate::components::form::{self, Input};
use crate::desk::{Desk, Reply};
use crate::frame::{self, Section};

/// My account.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let staff = desk.staff()?.clone();
    let draft = desk.draft("change-password").await?;
    let roles = staff
        .roles
        .iter()
        .map(|role| view! { <li>{role_label(*role)} <span class="soft">{format!(": {}", role_means(*role))}</span></li> })
        .collect_view();
    let roles = if staff.roles.is_empty() {
        view! { <p>"You have no role yet. Ask an admin what you should see."</p> }.into_any()
    } else {
        view! { <ul class="plain stack tight">{roles}</ul> }.into_any()
    };
    frame::staff(&desk, Section::Account, "My account", || {
        view! {
            <main id="main" class="wrap page stack loose">
                {form::errors(&draft)}
                <div class="head">
                    <div class="stack tight"><p class="eyebrow">{staff.email}</p><h1>{staff.name}</h1></div>
                    <div class="row"><form method="post" action="/api/staff/sign-out"><button class="button">"Sign out"</button></form></div>
                </div>
                <section class="stack close"><h2>"What you do here"</h2>{roles}</section>
                <section class="stack">
                    <h2>"Change your password"</h2>
                    <p class="soft">"Every other browser you are signed in on is signed out."</p>
                    <form method="post" action="/api/staff/change-password" class="stack">
                        {form::input(&draft, Input { name: "old", label: "Present password", kind: "password", autocomplete: "current-password", ..Input::default() })}
                        {form::input(&draft, Input { name: "password", label: "New password", hint: "At least 12 characters. A sentence is easy to remember.", kind: "password", autocomplete: "new-password", ..Input::default() })}
                        <p class="row"><button class="button primary">"Change the password"</button></p>
                    </form>
                </section>
                <section class="stack close">
                    <h2>"Sign out everywhere"</h2>
                    <p>"Use this when a computer you were signed in on is lost or shared. This browser is signed out as well."</p>
                    <form method="post" action="/api/staff/sign-out-everywhere"><button class="button">"Sign out everywhere"</button></form>
                </section>
            </main>
        }
    })
}

/// The link in the welcome mail: choosing a password. Looking at it uses nothing up.
///
/// # Errors
/// Faults.
pub async fn welcome(desk: Desk) -> Reply {
    let token = desk.param("token").to_owned();
    let found = store::staff::welcomed(desk.db(), desk.now, &token).await?;
    let host = desk.app.host.name.clone();
    let Some((name, email)) = found else {
        return frame::letter_with_status(&desk, StatusCode::GONE, "This link is over", || {
            view! {
                <main id="main" class="narrow letter">
                    <p class="brand">{host}</p>
                    <h1>"This link is over"</h1>
                    <p>"It was used already, replaced by a newer one, or it is more than a week old. If you have chosen a password, sign in with it; otherwise ask an admin to send you a new link."</p>
                    <p class="row"><a class="button primary" href="/sign-in">"Sign in"</a></p>
                </main>
            }
        });
    };
    let draft = desk.draft("set-password").await?;
    let hello = format!("Hello {name}. You sign in as {email}, with the password you choose now.");
    frame::letter(&desk, "Choose your password", || {
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                {form::errors(&draft)}
                <div class="stack tight"><p class="eyebrow">"Welcome"</p><h1>"Choose your password"</h1></div>
                <p>{hello}</p>
                <form method="post" action="/api/staff/set-password" class="stack loose">
                    {form::hidden("token", token)}
                    <input type="text" name="username" value=email autocomplete="username" hidden=true/>
                    {form::input(&draft, Input { name: "password", label: "Password", hint: "At least 12 characters. A sentence is easy to remember.", kind: "password", autocomplete: "new-password", ..Input::default() })}
                    <p class="row"><button class="button primary">"Set the password and sign in"</button></p>
                </form>
            </main>
        }
    })
}
