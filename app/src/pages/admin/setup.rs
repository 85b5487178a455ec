//! The first page of a new installation.

use leptos::prelude::*;

use crate::components::form::{self, Input};
use crate::desk::{Desk, Reply, Stop};
use crate::frame;

/// Makes the first admin, with the code from the console.
///
/// # Errors
/// An account exists, or faults.
pub async fn show(desk: Desk) -> Reply {
    if !store::staff::is_new(desk.db()).await? {
        return Err(Stop::To("/sign-in".to_owned()));
    }
    let draft = desk.draft("setup").await?;
    let host = desk.app.host.name.clone();
    frame::letter(&desk, "Set up", || {
        view! {
            <main id="main" class="narrow letter">
                <p class="brand">{host}</p>
                {form::errors(&draft)}
                <div class="stack tight"><p class="eyebrow">"A new installation"</p><h1>"Make the first account"</h1></div>
                <p>"You become its first admin. From there you invite everybody else; nobody can make an account for themselves."</p>
                <form method="post" action="/api/staff/setup" class="stack loose">
                    {form::input(&draft, Input { name: "code", label: "Setup code", hint: "Four groups of letters and digits, printed where the server was started.", autocomplete: "one-time-code", ..Input::default() })}
                    {form::input(&draft, Input { name: "name", label: "Your name", autocomplete: "name", ..Input::default() })}
                    {form::input(&draft, Input { name: "email", label: "Your e-mail address", hint: "You sign in with it.", kind: "email", autocomplete: "username", ..Input::default() })}
                    {form::input(&draft, Input { name: "password", label: "Password", hint: "At least 12 characters. A sentence is easy to remember.", kind: "password", autocomplete: "new-password", ..Input::default() })}
                    <p class="row"><button class="button primary">"Make the first account"</button></p>
                </form>
            </main>
        }
    })
}
