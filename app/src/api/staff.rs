//! The host's people: the first account, signing in and out, passwords, roles.

use leptos::prelude::*;

use crate::answer::{Answer, Form};

/// Makes the first admin, with the code from the console, and signs them in.
#[server(prefix = "/api", endpoint = "staff/setup")]
pub async fn setup(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, STAFF_COOKIE, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::Setup).await?;
    let (name, email) = match who(&form, "Enter your name.") {
        Ok(who) => who,
        Err(wrong) => return desk.refused("/setup", "setup", &form, &wrong[0], &wrong).await,
    };
    let done = store::staff::set_up(desk.db(), desk.now, form.get("code"), &name, &email, form.get("password")).await;
    match settle(&desk, done)? {
        Ok(cookie) => {
            desk.give_cookie(STAFF_COOKIE, cookie);
            desk.done("/staff", "Your account is made. Add your colleagues next; each gets a link to choose a password.")
        }
        Err(why) => desk.refused("/setup", "setup", &form, &why, &[]).await,
    }
}

/// Signs in by address and password.
#[server(prefix = "/api", endpoint = "staff/sign-in")]
pub async fn sign_in(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, STAFF_COOKIE, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::SignIn).await?;
    let done = store::staff::sign_in(desk.db(), desk.now, form.get("email"), form.get("password")).await;
    match settle(&desk, done)? {
        Ok(cookie) => {
            desk.give_cookie(STAFF_COOKIE, cookie);
            desk.done("/", "")
        }
        Err(why) => desk.refused("/sign-in", "sign-in", &form, &why, &[]).await,
    }
}

/// Signs this browser out.
#[server(prefix = "/api", endpoint = "staff/sign-out")]
pub async fn sign_out() -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, STAFF_COOKIE};
    use domain::access::Door;

    let desk = Desk::at(Door::SignOut).await?;
    if let Some(cookie) = desk.cookie(STAFF_COOKIE) {
        desk.or_stop(store::sign_in::end(desk.db(), &cookie).await)?;
    }
    desk.take_cookie(STAFF_COOKIE);
    desk.done("/sign-in", "You are signed out.")
}

/// Signs out on every browser.
#[server(prefix = "/api", endpoint = "staff/sign-out-everywhere")]
pub async fn sign_out_everywhere() -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, STAFF_COOKIE};
    use crate::words;
    use domain::access::Door;

    let desk = Desk::at(Door::SignOutEverywhere).await?;
    let staff = desk.or_stop(desk.staff())?.id;
    let ended = desk.or_stop(store::sign_in::end_all(desk.db(), staff).await)?;
    desk.take_cookie(STAFF_COOKIE);
    let browsers = words::count(u32::try_from(ended).unwrap_or(u32::MAX), "browser", "browsers");
    desk.done("/sign-in", format!("You are signed out on {browsers}."))
}

/// Changes my password by the present one.
#[server(prefix = "/api", endpoint = "staff/change-password")]
pub async fn change_password(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, STAFF_COOKIE, settle};
    use domain::access::Door;
    use domain::refusal::FieldRefusal;
    use store::staff::StaffRefusal;

    let desk = Desk::at(Door::ChangePassword).await?;
    let staff = desk.or_stop(desk.staff())?.id;
    let done = store::staff::change_password(desk.db(), desk.now, staff, form.get("old"), form.get("password")).await;
    match settle(&desk, done)? {
        Ok(cookie) => {
            desk.give_cookie(STAFF_COOKIE, cookie);
            desk.done("/account", "Your password is changed. Every other browser is signed out.")
        }
        Err(why) => {
            let fields = match &why {
                StaffRefusal::WrongPassword => {
                    vec![FieldRefusal::new("old", "This is not your present password. Type it again, or ask an admin for a new link.")]
                }
                _ => vec![],
            };
            desk.refused("/account", "change-password", &form, &why, &fields).await
        }
    }
}

/// Chooses a password by the link in the welcome mail, and signs in.
#[server(prefix = "/api", endpoint = "staff/set-password")]
pub async fn set_password(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, STAFF_COOKIE, encode, settle};
    use domain::access::Door;
    use store::staff::StaffRefusal;

    let desk = Desk::at(Door::SetPassword).await?;
    let done = store::staff::set_password(desk.db(), desk.now, form.get("token"), form.get("password")).await;
    let back = format!("/welcome/{}", encode(form.get("token")));
    match settle(&desk, done)? {
        Ok(cookie) => {
            desk.give_cookie(STAFF_COOKIE, cookie);
            desk.done("/", "Your password is set, and you are signed in.")
        }
        Err(why @ StaffRefusal::LinkOver) => desk.declined(if form.get("token").is_empty() { "/sign-in".to_owned() } else { back }, &why),
        // Nothing typed is kept: it is a password and a live link.
        Err(why) => desk.refused(&back, "set-password", &Form::default(), &why, &[]).await,
    }
}

/// Adds somebody and mails them their link.
#[server(prefix = "/api", endpoint = "staff/add")]
pub async fn add_staff(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;
    use domain::refusal::{FieldRefusal, Refusal as _};
    use store::staff::StaffRefusal;

    let desk = Desk::at(Door::AddStaff).await?;
    let (back, roles) = ("/staff#add", roles(&form));
    let missing = roles.is_empty().then(|| FieldRefusal::new("roles", StaffRefusal::NoRole.sentence()));
    let (name, email) = match (who(&form, "Enter their name."), missing) {
        (Ok(who), None) => who,
        (typed, missing) => {
            let wrong: Vec<FieldRefusal> = typed.err().unwrap_or_default().into_iter().chain(missing).collect();
            return desk.refused(back, "add-staff", &form, &wrong[0], &wrong).await;
        }
    };
    let done = store::staff::add(desk.db(), desk.now, desk.actor(), &email, &name, &roles).await;
    match settle(&desk, done)? {
        Ok(_) => desk.done("/staff", format!("{name} is added. A link to choose a password is on its way to {email}.")),
        Err(why) => desk.refused(back, "add-staff", &form, &why, &[]).await,
    }
}

/// Sets somebody's roles, whether their account is active, and who leads them.
#[server(prefix = "/api", endpoint = "staff/change")]
pub async fn change_staff(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, STAFF_COOKIE, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::ChangeStaff).await?;
    let myself = desk.or_stop(desk.staff())?.id;
    let (person, active) = (form.id("person"), form.ticked("active"));
    let manager = Some(form.id("manager")).filter(|id| *id > 0);
    let done = store::staff::change(desk.db(), desk.now, desk.actor(), person, &roles(&form), active, manager).await;
    match settle(&desk, done)? {
        Ok(_) if person == myself => {
            desk.take_cookie(STAFF_COOKIE);
            desk.done("/sign-in", "Your account is changed. Sign in again.")
        }
        Ok(name) if active => desk.done("/staff", format!("{name} has the roles you chose, and signs in again.")),
        Ok(name) => desk.done("/staff", format!("{name} is signed out and can no longer sign in.")),
        Err(why) => desk.refused(&format!("/staff?person={person}#change"), "change-staff", &form, &why, &[]).await,
    }
}

/// Mails somebody a new link to choose a password.
#[server(prefix = "/api", endpoint = "staff/invite-again")]
pub async fn invite_staff_again(#[server(flatten)] form: Form) -> Result<Answer, ServerFnError> {
    use crate::desk::{Desk, settle};
    use domain::access::Door;

    let desk = Desk::at(Door::InviteStaffAgain).await?;
    let done = store::staff::invite_again(desk.db(), desk.now, desk.actor(), form.id("person")).await;
    match settle(&desk, done)? {
        Ok(name) => desk.done("/staff", format!("A new link is on its way to {name}. The older one no longer works.")),
        Err(why) => desk.declined("/staff", &why),
    }
}

/// The name and address that were typed, or what is wrong with them.
#[cfg(feature = "ssr")]
fn who(form: &Form, ask: &str) -> Result<(String, domain::contact::Email), Vec<domain::refusal::FieldRefusal>> {
    let name = domain::contact::required("name", form.get("name"), 120, ask);
    let email = domain::contact::Email::parse(form.get("email"));
    match (name, email) {
        (Ok(name), Ok(email)) => Ok((name, email)),
        (name, email) => Err(name.err().into_iter().chain(email.err()).collect()),
    }
}

/// The roles that were ticked: of `role:program-manager`, the program manager.
#[cfg(feature = "ssr")]
fn roles(form: &Form) -> Vec<domain::access::Role> {
    form.chosen("role").filter_map(|word| domain::access::Role::parse(&word.replace('-', " "))).collect()
}
