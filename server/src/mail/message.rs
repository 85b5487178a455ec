//! A rendered mail as MIME (RFC 6047 for the calendar part): mixed → alternative [plain, html, calendar] → the same
//! calendar bytes as a file.

use app::desk::{App, Rendered};
use lettre::Message;
use lettre::message::header::{ContentDisposition, ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use store::outbox::Mail;

/// Builds the message. The Message-ID is the row's, so that a mail sent twice is the same mail.
///
/// # Errors
/// An address or header that cannot be written, in one sentence.
pub fn build(app: &App, mail: &Mail, rendered: &Rendered) -> Result<Message, String> {
    let address = |text: &str| text.parse::<lettre::Address>().map_err(|_| "an address cannot be read".to_owned());
    let from = Mailbox::new(Some(app.host.name.clone()), address(&app.host.sender)?);
    let to = Mailbox::new(Some(domain::contact::one_line(&mail.to_name)), address(&mail.to_email)?);
    let domain = app.host.sender.split_once('@').map_or("localhost", |(_, domain)| domain);
    let mut words =
        MultiPart::alternative().singlepart(SinglePart::plain(rendered.text.clone())).singlepart(SinglePart::html(rendered.html.clone()));
    let mut attached = None;
    if let Some((method, calendar)) = &rendered.calendar {
        let kind = method
            .as_ref()
            .map_or_else(|| "text/calendar; charset=utf-8".to_owned(), |method| format!("text/calendar; method={method}; charset=utf-8"));
        let kind = ContentType::parse(&kind).map_err(|why| why.to_string())?;
        let body = || {
            Body::new_with_encoding(calendar.clone().into_bytes(), lettre::message::header::ContentTransferEncoding::Base64)
                .map_err(|_| "the calendar cannot be encoded".to_owned())
        };
        if method.is_some() {
            words = words.singlepart(SinglePart::builder().header(kind.clone()).header(ContentTransferEncoding::Base64).body(body()?));
        }
        let name = if method.is_some() { "invite.ics" } else { "agenda.ics" };
        attached = Some(
            SinglePart::builder()
                .header(kind)
                .header(ContentDisposition::attachment(name))
                .header(ContentTransferEncoding::Base64)
                .body(body()?),
        );
    }
    let builder = Message::builder()
        .from(from)
        .to(to)
        .subject(domain::contact::one_line(&rendered.subject))
        .message_id(Some(format!("<{}@{domain}>", mail.message_id)))
        .date((mail.created_at).into());
    let built = match attached {
        Some(file) => builder.multipart(MultiPart::mixed().multipart(words).singlepart(file)),
        None => builder.multipart(words),
    };
    built.map_err(|why| why.to_string())
}
