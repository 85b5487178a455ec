//! My statement: what was given, asked, allowed and shown, for the executive whose cookie says who they are.

use domain::access::Standing;

use crate::components::statement::{Drafts, Reader, page};
use crate::desk::{Desk, Reply, Stop};
use crate::frame::{self, Islands, Mine};

/// My statement. It is the person's: it holds beyond one cohort, and for those who gave their seat back.
///
/// # Errors
/// Faults.
pub async fn show(desk: Desk) -> Reply {
    let executive = desk.executive()?;
    let over = executive.standing() == Standing::Over;
    let statement = store::advocacy::statement::of(desk.db(), desk.now, executive.person).await?.ok_or(Stop::Hidden)?;
    let drafts = Drafts::of(&desk).await?;
    let (host, today) = (desk.app.host.name.clone(), desk.now.date_naive());
    let body = move || page(statement, &Reader::Cookie, &drafts, &host, today);
    // Without a seat there is no week to go back to.
    if over {
        frame::guest_letter(&desk, "My statement", body)
    } else {
        frame::executive(&desk, Mine::Statement, Islands::None, "My statement", body)
    }
}
