//! Somebody's own page behind its private link: no cohort, no account. Reading changes nothing: mail scanners follow links.

use crate::components::statement::{Drafts, Reader, page};
use crate::desk::{Desk, Reply};
use crate::frame;
use crate::pages::executive::invitation::link_over;

/// The same page as an executive's, for whoever holds the link.
///
/// # Errors
/// Faults.
pub async fn by_link(desk: Desk) -> Reply {
    let token = desk.param("token").to_owned();
    let Some(person) = store::advocacy::own_page::person_of(desk.db(), desk.now, &token).await? else { return link_over(&desk) };
    let Some(statement) = store::advocacy::statement::of(desk.db(), desk.now, person).await? else { return link_over(&desk) };
    let drafts = Drafts::of(&desk).await?;
    let (host, today) = (desk.app.host.name.clone(), desk.now.date_naive());
    frame::letter(&desk, "Your own page", move || page(statement, &Reader::Link(token), &drafts, &host, today))
}
