//! Who asked to be forgotten, and by when it has to be done.

use chrono::{Days, NaiveDate};
use domain::time::words::{date, day};
use leptos::prelude::*;
use store::advocacy::forgetting::Wish;

use crate::components::form;
use crate::components::table::{Column, empty, listing, pager, tag};
use crate::desk::{Desk, Reply};
use crate::frame::{self, Section};

/// A wish is urgent so many days before its last one.
const URGENT_DAYS: u64 = 7;

/// Everybody who is still to be forgotten.
///
/// # Errors
/// Faults.
pub async fn list(desk: Desk) -> Reply {
    let wishes = store::advocacy::forgetting::wishes(desk.db(), desk.page()).await?;
    let today = desk.now.date_naive();
    let pages = pager(&desk, &wishes);
    frame::staff(&desk, Section::Advocates, "To be forgotten", move || {
        let body = if wishes.rows.is_empty() {
            empty(
                "Nobody waits",
                "Whoever asks to be forgotten, from their own page, is listed here with the day by which it is done.",
                None,
            )
        } else {
            let columns = [Column::of("Who"), Column::of("Asked"), Column::of("To be done by"), Column::hidden("Acts")];
            let rows = wishes.rows.into_iter().map(|wish| row(wish, today)).collect_view();
            listing("Who is to be forgotten, the most urgent first", &columns, rows)
        };
        view! {
            <main id="main" class="wrap page stack loose">
                <div class="stack tight">
                    <h1>"To be forgotten"</h1>
                    <p class="soft">"They proved with a code from their mail that it is their own wish. The law gives us thirty days."</p>
                </div>
                {body}
                {pages}
            </main>
        }
    })
}

fn row(wish: Wish, today: NaiveDate) -> AnyView {
    let Wish { person, name, email, company, asked_at, due_day } = wish;
    let urgent = today.checked_add_days(Days::new(URGENT_DAYS)).is_some_and(|soon| due_day <= soon);
    let due = if due_day < today {
        tag("stop", format!("overdue since {}", date(due_day)))
    } else if urgent {
        tag("warn", date(due_day))
    } else {
        date(due_day).into_any()
    };
    let about = format!(": {name}");
    let consequence = format!(
        "{name} leaves every record here: name, address, what they told us, and every text that names them. Planned publications with them are cancelled, \
         live ones have to be taken down, and marketing is told which. Their links end at once. Numbers stay, without a name. Nobody can take this back."
    );
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><div class="stack tight"><p>{name}</p><p class="small soft">{format!("{company} · {email}")}</p></div></th>
            <td role="cell" data-label="Asked">{day(asked_at.date_naive())}</td>
            <td role="cell" data-label="To be done by">{due}</td>
            <td role="cell">
                <details class="ask">
                    <summary class="button stop">"Forget now…" <span class="visually-hidden">{about.clone()}</span></summary>
                    <form class="card stop stack" method="post" action="/api/advocacy/forgetting/forget">
                        {form::hidden("person", person)}
                        <p>{consequence}</p>
                        <p><button class="button stop">"Forget them for good" <span class="visually-hidden">{about}</span></button></p>
                    </form>
                </details>
            </td>
        </tr>
    }
    .into_any()
}
